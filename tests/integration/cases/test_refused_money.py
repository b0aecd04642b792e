"""Money that cannot be what it says: each kind has its one answer, and moves nothing."""

import pytest

from tests.integration.cases.crediting import adjusted, alerts_set, changed, reversed_payment
from tests.integration.cases.events import Sent, call, credit, opened
from tests.integration.cases.house import House

TENANT = "acme"

DEAD = {
    "a credit finer than a cent": (credit(TENANT, "1.001"), "data.amount"),
    "a promotion finer than a micro": (credit(TENANT, "0.0000001", kind="promotion"), "data.amount"),
    "more than 10^12 units": (credit(TENANT, "1000000000000.01", kind="promotion"), "data.amount"),
    "a negative credit": (credit(TENANT, "-1"), "data.amount"),
    "a credit of nothing": (credit(TENANT, "0"), "data.amount"),
    "a number that is no text": (changed(TENANT, credit_limit=5, currency="USD"), "data.credit_limit"),
    "no currency in use": (credit(TENANT, "1", currency="ABC"), "data.currency"),
    "a day that does not exist": (credit(TENANT, "1", paid_at="2026-02-30T00:00:00Z"), "data.paid_at"),
    "an expiry that does not exist": (
        credit(TENANT, "1", expires_at="2025-02-29T00:00:00Z"),
        "data.expires_at",
    ),
    "a reversal of nothing": (reversed_payment(TENANT, "p", "0.00", "r"), "data.amount"),
    "a negative reversal": (reversed_payment(TENANT, "p", "-5", "r"), "data.amount"),
    "a reversal finer than a cent": (reversed_payment(TENANT, "p", "5.005", "r"), "data.amount"),
    "an adjustment of nothing": (adjusted(TENANT, "-0.0"), "data.amount"),
    "an adjustment too large": (adjusted(TENANT, "-1000000000001"), "data.amount"),
    "a negative credit limit": (changed(TENANT, credit_limit="-1", currency="USD"), "data.credit_limit"),
    "a limit finer than a cent": (changed(TENANT, credit_limit="0.001", currency="USD"), "data.credit_limit"),
    "an unknown timezone": (changed(TENANT, timezone="Mars/Olympus"), "data.timezone"),
    "a clock that counts leap seconds": (changed(TENANT, timezone="right/UTC"), "data.timezone"),
    "an alert level finer than a cent": (alerts_set(TENANT, "5", "0.001"), "data.levels.1"),
}

PARKED = {
    "a credit in another currency": (credit(TENANT, "1", currency="EUR"), "currency"),
    "an adjustment in another currency": (adjusted(TENANT, "1", currency="EUR"), "currency"),
    "levels in another currency": (alerts_set(TENANT, "1", currency="EUR"), "currency"),
    "a limit in another currency": (changed(TENANT, credit_limit="1", currency="EUR"), "currency"),
    "a reversal in another currency": (reversed_payment(TENANT, "p", "1", "r", currency="EUR"), "currency"),
    "a reversal larger than its payment": (reversed_payment(TENANT, "p", "9.01", "r"), "conflict"),
    "a reversal of a promotion": (reversed_payment(TENANT, "gift", "1", "r"), "conflict"),
    "a payment with another amount": (credit(TENANT, "8", payment_id="p"), "conflict"),
}


def under(sent: Sent, tenant: str) -> Sent:
    """Publish the same for a tenant of its own."""
    assert sent.value is not None
    return sent._replace(key=tenant.encode(), value=sent.value.replace(TENANT.encode(), tenant.encode()))


async def untouched(town: House, tenant: str, sent: Sent) -> None:
    """Send it to an account with a payment and a promotion, and see that nothing moves."""
    await town.charge(
        opened(tenant), credit(tenant, "9", payment_id="p"),
        credit(tenant, "1", payment_id="gift", kind="promotion"),
    )  # fmt: skip

    await town.charge(under(sent, tenant))
    await town.charge(call(tenant))

    assert await town.balance(tenant) == 9_000_000
    account = await town.account(tenant)
    assert (account["timezone"], account["credit_limit_micros"], account["alert_levels"]) == ("UTC", 0, "")


@pytest.mark.parametrize("what", DEAD)
async def test_what_can_never_be_booked_is_a_dead_letter_that_names_the_field(
    town: House, tenant: str, what: str
) -> None:
    sent, field = DEAD[what]

    await untouched(town, tenant, sent)

    (letter,) = await town.letters(tenant)
    assert (letter["reason"], letter["field"].partition("[")[0]) == ("schema_invalid", field)


@pytest.mark.parametrize("what", PARKED)
async def test_what_a_person_has_to_look_at_is_parked(town: House, tenant: str, what: str) -> None:
    sent, reason = PARKED[what]

    await untouched(town, tenant, sent)

    assert await town.parked(tenant) == [(reason, None)]
