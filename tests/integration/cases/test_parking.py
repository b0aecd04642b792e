from functools import partial

from tests.integration.cases.crediting import changed
from tests.integration.cases.events import NOON, call, credit, moment, opened
from tests.integration.cases.house import House, import_prices


async def closed_as(house: House, tenant: str, ended: list[tuple[str, str | None]]) -> bool:
    return await house.parked(tenant) == ended


async def test_case_14_a_missing_tariff_that_arrives_charges_once_at_the_price_of_the_call(
    town: House, tenant: str
) -> None:
    deck = f"deck-of-{tenant}"
    await import_prices(town.pool, {"49": 1_000_000}, deck=deck)
    late = call(tenant, rated_number="33123456789")
    await town.charge(opened(tenant, rate_deck=deck), credit(tenant, "10"), late, late)
    assert await town.parked(tenant) == [("unrated", None)]

    # Two versions: the one in force when the call started, and a dearer one since.
    since_s = int(NOON.timestamp()) + 1
    await import_prices(town.pool, {"33": 9_000_000}, deck=deck, from_s=since_s)
    await import_prices(town.pool, {"33": 2_000_000}, deck=deck, from_s=since_s - 2)

    await town.until(partial(closed_as, town, tenant, [("unrated", "charged")]))
    await town.charge(late)
    assert await town.entries(tenant) == [-2_000_000]
    assert await town.balance(tenant) == 8_000_000


async def test_case_14_a_deck_that_arrives_in_another_currency_prices_nothing(
    town: House, tenant: str
) -> None:
    deck = f"deck-of-{tenant}"
    await town.charge(opened(tenant, rate_deck=deck), call(tenant))

    await import_prices(town.pool, {"49": 1_000_000}, deck=deck, currency="EUR")

    await town.until(partial(closed_as, town, tenant, [("currency", None)]))
    assert await town.entries(tenant) == []


async def test_what_no_tariff_prices_is_charged_when_its_account_changes_to_a_deck_that_does(
    town: House, tenant: str
) -> None:
    await import_prices(town.pool, {"49": 1_000_000}, deck=f"foreign-{tenant}", currency="EUR")
    await import_prices(town.pool, {"33": 1_000_000}, deck=f"french-{tenant}")
    await town.charge(opened(tenant, rate_deck=f"foreign-{tenant}"), credit(tenant, "10"), call(tenant))
    assert await town.parked(tenant) == [("currency", None)]

    await town.charge(changed(tenant, rate_deck=f"french-{tenant}"))
    await town.until(partial(closed_as, town, tenant, [("unrated", None)]))
    await town.charge(changed(tenant, rate_deck="standard"))

    await town.until(partial(closed_as, town, tenant, [("unrated", "charged")]))
    assert await town.entries(tenant) == [-1_000_000]


async def test_case_28_usage_from_before_the_opening_is_charged_in_the_order_it_happened(
    town: House, tenant: str
) -> None:
    first = call(tenant, started_at=moment(0))
    second = call(tenant, started_at=moment(60), duration_s=120)
    third = call(tenant, started_at=moment(240), duration_s=180)
    for late in (third, first, second):
        await town.charge(late)
    money = credit(tenant, "4", payment_id="p-1")
    await town.charge(money)
    assert await town.parked(tenant) == [("unknown_tenant", None)] * 4

    await town.charge(opened(tenant))

    assert await town.balance(tenant) == -2_000_000
    rows = await town.pool.fetch(
        "SELECT -amount_micros, ledger_entry.lot_number"
        " FROM ledger_entry JOIN account USING (cell, account_id)"
        " WHERE tenant_id = $1 AND kind = 1 ORDER BY started_s",
        tenant,
    )
    # 4 USD paid the first two calls whole and a part of the third, whose shares stand in lines.
    assert [tuple(row) for row in rows] == [(1_000_000, 1), (2_000_000, 1), (3_000_000, 0)]
    assert {ended for _, ended in await town.parked(tenant)} == {"charged", "applied"}


async def test_case_28_usage_that_waits_for_its_account_is_parked_once(town: House, tenant: str) -> None:
    waiting = call(tenant)
    await town.charge(waiting, waiting)
    await town.charge(waiting)
    assert await town.parked(tenant) == [("unknown_tenant", None)]

    await town.charge(opened(tenant))
    await town.charge(waiting)

    assert await town.parked(tenant) == [("unknown_tenant", "charged")]
    assert await town.entries(tenant) == [-1_000_000]


async def test_what_a_person_discarded_has_no_effect_when_it_is_read_again(town: House, tenant: str) -> None:
    early, paid = call(tenant), credit(tenant, "10")
    await town.charge(early, paid)
    await town.pool.execute(
        "UPDATE parked SET closed_at = now(), closed_as = 'discarded' WHERE tenant_id = $1", tenant
    )

    await town.charge(opened(tenant), early, paid, call(tenant))

    assert await town.entries(tenant) == [-1_000_000]
    assert await town.balance(tenant) == -1_000_000
