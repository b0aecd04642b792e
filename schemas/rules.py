"""Rules: what one field demands of another, for pydantic as a check and for everybody else as JSON Schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from pydantic_core import InitErrorDetails, PydanticCustomError, ValidationError

from schemas.accounts import AutoRechargeSetData, ChangedData
from schemas.fields import NUMBER_LENGTHS
from schemas.usage import CallData, CorrectedCall, CorrectedData, LegData

JsonSchema = dict[str, Any]


class Rule(NamedTuple):
    """One record's rule.

    `check` is None where the reader of the event checks it, `json_schema` where JSON Schema cannot say it.
    """

    check: Callable[[Any], Any] | None
    json_schema: JsonSchema | None


def _refuse(field: str, kind: str, message: str) -> NoReturn:
    """Refuse a record by naming one of its fields (a dotted path), which a plain `ValueError` could not."""
    path = tuple(field.split("."))
    error = InitErrorDetails(type=PydanticCustomError(kind, message), loc=path, input=None)
    raise ValidationError.from_exception_data("record", [error], hide_input=True)


def needs_of_auto_recharge(data: AutoRechargeSetData) -> AutoRechargeSetData:
    """Demand of enabled settings a trigger, a currency, and one of amount and target."""
    if not data["enabled"]:
        return data
    if data.get("trigger") is None:
        _refuse("trigger", "missing", "Field required when enabled: below which balance to ask")
    if data.get("currency") is None:
        _refuse("currency", "missing", "Field required when enabled")
    given = [field for field in ("amount", "target") if data.get(field) is not None]
    if not given:
        _refuse("amount", "missing", "Exactly one of amount and target is required when enabled")
    if len(given) > 1:
        _refuse("target", "one_of", "Exactly one of amount and target is allowed when enabled")
    return data


def something_changed(data: ChangedData) -> ChangedData:
    """Demand a change, and with a credit limit its currency."""
    changes = ("rate_deck", "credit_limit", "name", "timezone")
    if all(data.get(field) is None for field in changes):
        _refuse("rate_deck", "missing", f"At least one of {', '.join(changes)} is required")
    if data.get("credit_limit") is not None and data.get("currency") is None:
        _refuse("currency", "missing", "Field required with credit_limit")
    return data


def same_tenant(data: CorrectedData) -> CorrectedData:
    """Demand that a correction stays with its tenant."""
    if data["corrected"].get("tenant_id") not in {None, data["tenant_id"]}:
        _refuse(
            "corrected.tenant_id",
            "other_tenant",
            "A correction stays with its tenant: its tenant_id should be the same",
        )
    return data


def _given(*fields: str) -> JsonSchema:
    """Say that all of these are there, and not null."""
    not_null = {"not": {"type": "null"}}
    return {"required": list(fields), "properties": dict.fromkeys(fields, not_null)}


def _number_lengths() -> JsonSchema:
    by_length: dict[tuple[int, int], list[str]] = {}
    for number_type, length in NUMBER_LENGTHS.items():
        by_length.setdefault(length, []).append(number_type)
    return {
        "allOf": [
            {
                "if": {"required": ["number_type"], "properties": {"number_type": {"enum": number_types}}},
                "then": {
                    "properties": {"rated_number": {"pattern": rf"^\+?[0-9*]{{{shortest},{longest}}}$"}}
                },
            }
            for (shortest, longest), number_types in by_length.items()
        ]
    }


_NUMBER: Final = Rule(None, _number_lengths())

RULES: Final[Mapping[type, Rule]] = {
    CallData: _NUMBER,
    CorrectedCall: _NUMBER,
    LegData: _NUMBER,
    AutoRechargeSetData: Rule(
        needs_of_auto_recharge,
        {
            "if": {"properties": {"enabled": {"const": True}}},
            "then": {
                **_given("trigger", "currency"),
                "oneOf": [_given("amount"), _given("target")],
            },
        },
    ),
    ChangedData: Rule(
        something_changed,
        {
            "anyOf": [_given("rate_deck"), _given("credit_limit"), _given("name"), _given("timezone")],
            "if": _given("credit_limit"),
            "then": _given("currency"),
        },
    ),
    CorrectedData: Rule(same_tenant, None),
}
