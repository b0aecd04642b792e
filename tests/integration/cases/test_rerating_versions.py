import pytest

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import call, conference, credit, event, leg, moment, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.revising import Check, corrected, money, usage_entries
from tests.integration.cases.test_rerating import ALL, DEARER, HOUR, become_dearer
from tests.integration.rerate_command import RerateCommand
from worker.domain.entry import RERATED_CALL, USAGE_CALL, USAGE_RETURNED

DAY = 24 * HOUR


@pytest.fixture
def rerate(house: House, monkeypatch: pytest.MonkeyPatch) -> RerateCommand:
    return RerateCommand(house, monkeypatch)


async def test_each_leg_has_the_version_of_its_own_start(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    held = conference(tenant, leg("a", started_at=moment(-2 * HOUR)), leg("b"))
    await desk.charge(opened(tenant), credit(tenant, "9"), held)
    await become_dearer(desk.house)

    _, shown = await rerate.json(*ALL)

    assert [(one["old"], one["new"]) for one in shown] == [("2", "3")]
    assert await money(desk.house, tenant) == (6, 0)
    await audited()


async def test_a_call_that_was_corrected_into_the_time_asked_about_is_found_whatever_its_id(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    hashed, numbered = (call(tenant, name, started_at=moment(-3 * DAY)) for name in ("no-uuid", None))
    await desk.charge(opened(tenant), credit(tenant, "9"), hashed, numbered)
    await desk.charge(corrected(hashed, call(tenant)), corrected(numbered, call(tenant)))
    await become_dearer(desk.house)

    await rerate(*ALL[:3], moment(-HOUR), *ALL[4:])

    assert await money(desk.house, tenant) == (5, 0)
    await audited()


async def test_an_account_that_goes_to_another_deck_and_back_is_charged_by_each(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    await import_prices(desk.house.pool, DEARER, deck="gold")
    await desk.office.load_decks()
    await desk.charge(opened(tenant), credit(tenant, "9"), call(tenant))

    await desk.charge(event("accounts", "account.changed", {"tenant_id": tenant, "rate_deck": "gold"}))
    await rerate("--deck", "gold", *ALL[2:])
    assert await money(desk.house, tenant) == (7, 0)
    await desk.charge(event("accounts", "account.changed", {"tenant_id": tenant, "rate_deck": "standard"}))
    await rerate(*ALL)

    assert await usage_entries(desk.house, tenant) == [
        (USAGE_CALL, -1), (USAGE_RETURNED, 1), (USAGE_RETURNED, 2), (RERATED_CALL, -2), (RERATED_CALL, -1),
    ]  # fmt: skip
    await audited()


async def test_seconds_of_another_month_are_given_back_and_taken_in_that_month(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    bundle = {
        "tenant_id": tenant,
        "allowance": "national",
        "minutes": 1,
        "period": "calendar_month",
        "applies_to": {},
        "effective_from": moment(-90 * DAY),
    }
    allowance = event("accounts", "account.allowance_set", bundle)
    long_ago = call(tenant, duration_s=180, started_at=moment(-45 * DAY))
    await desk.charge(opened(tenant), credit(tenant, "9"), allowance, long_ago)
    await import_prices(desk.house.pool, DEARER, from_s=1)

    await rerate(*ALL[:3], moment(-50 * DAY), *ALL[4:])

    assert await money(desk.house, tenant) == (5, 0)
    assert [row[0] for row in await desk.house.pool.fetch("SELECT used_s FROM allowance_use")] == [60]
    await audited()
