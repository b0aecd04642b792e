import pytest

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import call, conference, credit, event, leg, moment, opened
from tests.integration.cases.house import House, import_prices
from tests.integration.cases.revising import Check, corrected, money, usage_entries, voided
from tests.integration.rerate_command import RerateCommand
from worker.domain.entry import (
    CORRECTED_CALL,
    RERATED_CALL,
    RERATED_CONFERENCE,
    USAGE_CALL,
    USAGE_CONFERENCE,
    USAGE_RETURNED,
)

HOUR = 3600

# From an hour before the calls on.
DEARER = {"49": 2_000_000, "1": 100_000}

ALL = ("--deck", "standard", "--from", moment(-20 * 24 * HOUR), "--to", moment(12 * HOUR))


@pytest.fixture
def rerate(house: House, monkeypatch: pytest.MonkeyPatch) -> RerateCommand:
    return RerateCommand(house, monkeypatch)


async def become_dearer(house: House) -> None:
    from_s = await house.value("SELECT extract(epoch FROM $1::text::timestamptz)::bigint", moment(-HOUR))
    await import_prices(house.pool, DEARER, from_s=from_s)


async def test_case_15_differences_are_shown_first_then_charged_once_and_never_again(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    others = f"{tenant}-other"
    await desk.charge(
        opened(tenant), credit(tenant, "20"), call(tenant, duration_s=180), call(tenant),
        call(tenant, rated_number="12125550100"), call(tenant, started_at=moment(-2 * HOUR)),
        opened(others), call(others),
    )  # fmt: skip
    await become_dearer(desk.house)
    expected = [
        {
            "tenant_id": tenant,
            "destination": "to 49",
            "entries": 2,
            "old": "4",
            "new": "8",
            "difference": "4",
        },
        {
            "tenant_id": others,
            "destination": "to 49",
            "entries": 1,
            "old": "1",
            "new": "2",
            "difference": "1",
        },
    ]

    assert await rerate.json(*ALL, "--dry-run") == (0, expected)
    assert (await money(desk.house, tenant))[0] == 14
    assert await rerate.json(*ALL, "--tenant", tenant) == (0, expected[:1])
    assert (await money(desk.house, tenant), await money(desk.house, others)) == ((10, 0), (-1, 1))
    assert await rerate.json(*ALL) == (0, expected[1:])
    assert await rerate.json(*ALL) == (1, [])

    assert await usage_entries(desk.house, others) == [
        (USAGE_CALL, -1), (USAGE_RETURNED, 1), (RERATED_CALL, -2),
    ]  # fmt: skip
    await audited()


async def test_the_differences_are_a_table_for_people(desk: Desk, tenant: str, rerate: RerateCommand) -> None:
    await desk.charge(opened(tenant), call(tenant))
    await become_dearer(desk.house)

    told = await rerate(*ALL)
    again = await rerate(*ALL)

    assert told.stdout.split() == [
        "tenant_id", "destination", "entries", "old", "new", "difference",
        tenant, "to", "49", "1", "1", "2", "1",
    ]  # fmt: skip
    assert "1 charges were returned and made again" in told.stderr
    assert (again.exit_code, again.stdout) == (1, "")


async def test_case_15_corrected_calls_conferences_and_bundles_are_made_again_from_what_is_stored(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    bundle = {
        "tenant_id": tenant,
        "allowance": "national",
        "minutes": 1,
        "period": "calendar_month",
        "applies_to": {},
        "effective_from": moment(-40 * 24 * HOUR),
    }
    moved, gone = (
        call(tenant, started_at=moment(-3 * 24 * HOUR), allowance="none"),
        call(tenant, allowance="none"),
    )
    held = conference(tenant, leg("a", allowance="none"), leg("b", allowance="none", duration_s=120))
    shared = call(tenant, duration_s=180, origin="TR", user_id="u-1")
    await desk.charge(
        opened(tenant), credit(tenant, "50"), event("accounts", "account.allowance_set", bundle)
    )
    await desk.charge(moved, gone, held, shared)
    await desk.charge(corrected(moved, call(tenant, duration_s=120, allowance="none")), voided(gone))
    assert await money(desk.house, tenant) == (43, 0)
    await become_dearer(desk.house)

    code, shown = await rerate.json(*ALL)

    assert (code, [(one["entries"], one["old"], one["new"]) for one in shown]) == (0, [(3, "7", "14")])
    assert await money(desk.house, tenant) == (36, 0)
    entries = await usage_entries(desk.house, tenant)
    assert [one for one in entries if one[0] not in {USAGE_CALL, USAGE_CONFERENCE}] == [
        (USAGE_RETURNED, 1), (USAGE_RETURNED, 1), (USAGE_RETURNED, 2), (USAGE_RETURNED, 2),
        (USAGE_RETURNED, 3),
        (CORRECTED_CALL, -2), (RERATED_CALL, -4), (RERATED_CALL, -4), (RERATED_CONFERENCE, -6),
    ]  # fmt: skip
    users = "SELECT count(*) FROM ledger_entry WHERE user_number <> 0"
    assert await desk.house.value(users) == 2 + 2 * 2
    assert await desk.house.value("SELECT used_s FROM allowance_use") == 60
    await audited()


async def test_what_was_charged_again_is_still_voided_and_its_resend_a_duplicate(
    desk: Desk, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    used = call(tenant)
    await desk.charge(opened(tenant), credit(tenant, "9"), used)
    await become_dearer(desk.house)
    await rerate(*ALL)
    await desk.office.load_decks()

    charged = await desk.charge(used, voided(used), careful=True)

    assert [str(one) for one in charged.outcomes.values()] == ["duplicate", "applied"]
    assert await money(desk.house, tenant) == (9, 0)
    assert await rerate.json(*ALL) == (1, [])
    await audited()
