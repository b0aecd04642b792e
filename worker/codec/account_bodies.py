"""Account events: checked data to the domain's values."""

from worker.codec.fields import (
    Data,
    FieldError,
    above_zero,
    known_currency,
    known_zone,
    micros,
    moment,
    paid_at,
    whole_minor,
)
from worker.domain.event import (
    AccountChanged,
    AccountOpened,
    Adjusted,
    AlertsSet,
    AllowanceSet,
    AutoRechargeSet,
    CreditAdded,
    CreditRequested,
    PaymentMethodSet,
    StatusSet,
)
from worker.domain.micros import format_micros, minor_unit_micros, parse_micros


def opened(data: Data, _occurred_s: int) -> AccountOpened:
    """Read `account.opened`."""
    known_zone(data["timezone"])
    limit = whole_minor(data, "credit_limit", known_currency(data["currency"]))
    name = data.get("name") or ""
    return AccountOpened(data["currency"], data["timezone"], data["rate_deck"], name, limit or 0)


def changed(data: Data, _occurred_s: int) -> AccountChanged:
    """Read `account.changed`."""
    if data.get("timezone") is not None:
        known_zone(data["timezone"])
    currency = data.get("currency")
    limit = whole_minor(data, "credit_limit", known_currency(currency)) if currency else None
    return AccountChanged(data.get("rate_deck"), limit, currency, data.get("name"), data.get("timezone"))


def status_set(data: Data, _occurred_s: int) -> StatusSet:
    """Read `account.status_set`."""
    return StatusSet(data["status"], data["reason"])


def auto_recharge_set(data: Data, _occurred_s: int) -> AutoRechargeSet:
    """Read `account.auto_recharge_set`; whether the settings can work is the domain's question."""
    currency = data.get("currency")
    if currency is not None:
        known_currency(currency)

    def default(name: str, value: int) -> int:
        given = data.get(name)
        return value if given is None else int(given)

    return AutoRechargeSet(
        enabled=data["enabled"],
        currency=currency,
        trigger_micros=micros(data, "trigger"),
        amount_micros=micros(data, "amount"),
        target_micros=micros(data, "target"),
        max_units=default("max_units", 1),
        monthly_cap_micros=micros(data, "monthly_cap"),
        daily_count=default("daily_count", 5),
        cooldown_s=default("cooldown_s", 0),
    )


def credit_added(data: Data, occurred_s: int) -> CreditAdded:
    """Read `account.credit_added`; only a promotion may be finer than the minor unit."""
    currency = known_currency(data["currency"])
    is_purchase = data["kind"] == "purchase"
    amount = whole_minor(data, "amount", currency) if is_purchase else micros(data, "amount")
    expires = data.get("expires_at")
    return CreditAdded(
        payment_id=data["payment_id"],
        amount_micros=above_zero("amount", amount),
        currency=currency,
        kind=data["kind"],
        paid_s=paid_at(data, occurred_s),
        expires_s=moment("data.expires_at", expires) if expires else None,
    )


def credit_requested(data: Data, _occurred_s: int) -> CreditRequested:
    """Read `account.credit_requested`."""
    currency = known_currency(data["currency"])
    amount = above_zero("amount", whole_minor(data, "amount", currency))
    return CreditRequested(data["request_id"], amount, currency, data.get("requested_by"))


def payment_method_set(data: Data, _occurred_s: int) -> PaymentMethodSet:
    """Read `account.payment_method_set`."""
    return PaymentMethodSet(data["payment_method"], data["label"])


def allowance_set(data: Data, occurred_s: int) -> AllowanceSet:
    """Read `account.allowance_set`; a list that is absent or empty does not restrict."""
    applies_to, effective = data["applies_to"], data.get("effective_from")

    def names(field: str) -> tuple[str, ...]:
        return tuple(sorted(set(applies_to.get(field) or ())))

    return AllowanceSet(
        name=data["allowance"],
        minutes=data["minutes"],
        services=names("services"),
        number_types=names("number_types") or ("toll",),
        prefixes=names("prefixes"),
        except_prefixes=names("except_prefixes"),
        origins=names("origins"),
        effective_s=moment("data.effective_from", effective) if effective else occurred_s,
    )


def alerts_set(data: Data, _occurred_s: int) -> AlertsSet:
    """Read `account.alerts_set`: levels in whole minor units, each once."""
    currency = known_currency(data["currency"])
    unit = minor_unit_micros(currency)
    levels = [parse_micros(text) for text in data["levels"]]
    for position, level in enumerate(levels):
        if level % unit:
            detail = f"{currency} comes in steps of {format_micros(unit)}"
            raise FieldError(f"data.levels.{position}", detail)
    return AlertsSet(tuple(sorted(set(levels), reverse=True)), currency)


def adjusted(data: Data, _occurred_s: int) -> Adjusted:
    """Read `account.adjusted`; its amount may be finer than the minor unit."""
    amount = parse_micros(data["amount"])
    if not amount:
        raise FieldError("data.amount", "an amount other than 0 is needed")
    return Adjusted(
        adjustment_id=data["adjustment_id"],
        amount_micros=amount,
        currency=known_currency(data["currency"]),
        kind=data["kind"],
        description=data["description"],
        by=data["by"],
    )
