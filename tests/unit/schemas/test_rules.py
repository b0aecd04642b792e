import json
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.catalogue import CONTRACTS
from schemas.flaws import describe
from tests.unit.schemas.wire import example, validator

SET = "talktime.account.auto_recharge_set.v1"
CHANGED = "talktime.account.changed.v1"
CORRECTED = "talktime.usage.corrected.v1"


def named(event_type: str, data: dict[str, Any]) -> str | None:
    """Name the field that is refused, if one is; the JSON Schema must be of the same mind."""
    document = example(event_type) | {"data": {"tenant_id": "acme", **data}}
    refused: str | None = None
    try:
        CONTRACTS[event_type].read_event(json.dumps(document).encode())
    except ValidationError as error:
        refused = describe(error).field.removeprefix("data.")
    if event_type != CORRECTED:
        assert validator(event_type).is_valid(document) == (refused is None)
    return refused


ON: dict[str, Any] = {"enabled": True, "trigger": "20", "amount": "50", "currency": "EUR"}


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        pytest.param(ON, None, id="enabled with an amount"),
        pytest.param(ON | {"amount": None, "target": "100"}, None, id="enabled with a target"),
        pytest.param(ON | {"trigger": None}, "trigger", id="no trigger"),
        pytest.param(ON | {"currency": None}, "currency", id="no currency"),
        pytest.param(ON | {"amount": None}, "amount", id="neither amount nor target"),
        pytest.param(ON | {"target": "100"}, "target", id="both amount and target"),
        pytest.param({"enabled": False}, None, id="off needs nothing else"),
        pytest.param(ON | {"enabled": False, "target": "100"}, None, id="off may name both"),
        # Whether these can work depends on the account: its answer names the nearest that does.
        pytest.param(ON | {"trigger": "0"}, None, id="a trigger of 0"),
        pytest.param(ON | {"amount": "0"}, None, id="an amount of 0"),
        pytest.param(ON | {"amount": "0.001"}, None, id="finer than a cent"),
    ],
)
def test_enabled_settings_need_a_trigger_a_currency_and_one_of_amount_and_target(
    data: dict[str, Any], refused: str | None
) -> None:
    assert named(SET, data) == refused


@pytest.mark.parametrize(
    ("data", "refused"),
    [
        pytest.param({"name": "Acme"}, None, id="a name"),
        pytest.param({"rate_deck": "standard"}, None, id="a rate deck"),
        pytest.param({"timezone": "Asia/Tokyo"}, None, id="a timezone"),
        pytest.param({"credit_limit": "10", "currency": "EUR"}, None, id="a limit with its currency"),
        pytest.param({"credit_limit": "10"}, "currency", id="a limit without its currency"),
        pytest.param({"currency": "EUR"}, "rate_deck", id="a currency of nothing"),
        pytest.param({"name": None}, "rate_deck", id="null is no change"),
        pytest.param({}, "rate_deck", id="nothing"),
    ],
)
def test_a_change_changes_something_and_a_limit_has_a_currency(
    data: dict[str, Any], refused: str | None
) -> None:
    assert named(CHANGED, data) == refused


@pytest.mark.parametrize(
    ("tenant", "refused"), [("acme", None), (None, None), ("globex", "corrected.tenant_id")]
)
def test_a_correction_stays_with_its_tenant(tenant: str | None, refused: str | None) -> None:
    data = example(CORRECTED)["data"]
    data["corrected"]["tenant_id"] = tenant
    assert named(CORRECTED, data) == refused


def test_a_correction_may_be_a_conference() -> None:
    conference = example("talktime.usage.conference.v1")["data"]
    data = example(CORRECTED)["data"] | {"corrected": conference}
    assert named(CORRECTED, data) is None
    assert named(CORRECTED, data | {"corrected": conference | {"legs": []}}) == "corrected.legs"
