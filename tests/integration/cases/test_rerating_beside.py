import asyncio

import pytest

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import NOON, call, credit, moment, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import Check, money, usage_entries, voided
from tests.integration.cases.test_rerating import ALL, HOUR, become_dearer
from tests.integration.rerate_command import RerateCommand
from worker.app.furnish import furnish
from worker.cli.rates_rerate import Asked, charge_again
from worker.domain.entry import (
    USAGE_CALL,
)
from worker.domain.rerating import Window


@pytest.fixture
def rerate(house: House, monkeypatch: pytest.MonkeyPatch) -> RerateCommand:
    return RerateCommand(house, monkeypatch)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        pytest.param({"--from": moment(-90 * 24 * HOUR)}, "no longer open", id="days that are closed"),
        pytest.param({"--to": moment(90 * 24 * HOUR)}, "--to", id="days to come"),
        pytest.param({"--to": moment(-20 * 24 * HOUR)}, "after --from", id="nothing in between"),
        pytest.param({"--deck": "gold"}, "decks are: standard", id="no such deck"),
        pytest.param({"--tenant": "nobody"}, "no account", id="no such tenant"),
        pytest.param({"--from": "yesterday"}, "--from", id="no time"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_what_is_allowed(
    rerate: RerateCommand, options: dict[str, str], named: str
) -> None:
    given = dict(zip(ALL[::2], ALL[1::2], strict=True)) | options

    told = await rerate(*(word for pair in given.items() for word in pair))

    assert (told.exit_code, named in " ".join(told.stderr.replace("│", "").split())) == (2, True)


async def test_case_15_charges_of_a_closed_day_stay_as_they_are(
    desk: Desk, tenant: str, rerate: RerateCommand
) -> None:
    await desk.charge(opened(tenant), call(tenant))
    await become_dearer(desk.house)
    await desk.house.pool.execute(
        "UPDATE ledger_day SET state = 'closed' WHERE day <= (now() AT TIME ZONE 'UTC')::date - 1"
    )

    told = await rerate(*ALL)
    today = await rerate.json("--deck", "standard", "--from", moment(12 * HOUR), "--to", moment(13 * HOUR))

    assert (told.exit_code, today) == (2, (1, []))
    assert await usage_entries(desk.house, tenant) == [(USAGE_CALL, -1)]


async def test_case_15_a_worker_may_be_charging_at_the_same_time(
    house: House, tenant: str, rerate: RerateCommand, audited: Check
) -> None:
    calls = [call(tenant) for _ in range(600)]
    await house.send(opened(tenant), credit(tenant, "5000"), *calls[:300])
    window = Window("standard", int(NOON.timestamp()) - HOUR, int(NOON.timestamp()) + HOUR)
    async with house.working():
        await house.all_read()
        await become_dearer(house)
        offices = [await furnish(house.settings, house.pool, "") for _ in range(2)]
        await asyncio.gather(
            *(charge_again(Asked(window, None), office) for office in offices),
            house.send(*calls[300:], *calls[:50], *(voided(one) for one in calls[:100])),
        )
        await house.all_read()
        await rerate.json(*ALL)

    # Five hundred live calls, at the price that holds now.
    assert await money(house, tenant) == (4000, 0)
    assert await rerate.json(*ALL) == (1, [])
    await audited()
