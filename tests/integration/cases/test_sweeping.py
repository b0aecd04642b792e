"""What is due although nobody calls, on a real database and at any time."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import auto_recharge, call, completed, credit, opened
from tests.integration.cases.house import House, import_prices
from worker.loops.sweep import recheck, sweep
from worker.metrics.sweeping import SWEEP_REFUSED
from worker.postgres.due import FIRST, overdue_accounts
from worker.postgres.transaction import transaction
from worker.settings.pace import Sweep
from worker.transactions.release_parked import releasable, release_parked
from worker.transactions.sweep_due import Pass, sweep_due

MINUTE, HOUR, DAY = 60, 3600, 86_400


async def swept(desk: Desk, *, after_s: float = 0, unread_s: int = 0) -> int:
    """Let time pass, then sweep once; how many messages were promised."""
    desk.now_us += round(after_s * 1_000_000)
    going, promised = Pass(FIRST, 3, unread_s), 0
    while True:
        due, draft = await sweep_due(desk.office, desk.now_us, going)
        if draft is None:
            return promised
        promised += len(draft.messages)
        going = going._replace(after=due[-1])


async def asking(house: House, *tenants: str) -> Desk:
    """Tenants that have just asked for 20 below 9."""
    desk = await desk_in(house)
    for tenant in tenants:
        await desk.charge(
            opened(tenant), credit(tenant, "10"), auto_recharge(tenant, trigger="9", amount="20")
        )
        await desk.charge(call(tenant, duration_s=120))
    return desk


def nothing() -> None:
    """Beat for nobody."""


async def test_case_9_silence_repeats_the_request_and_ends_it_without_any_call(house: House) -> None:
    desk = await asking(house, "acme")

    said = [
        await swept(desk, after_s=wait) for wait in (15 * MINUTE, MINUTE, 15 * MINUTE, MINUTE, 15 * MINUTE)
    ]
    assert said == [0, 1, 0, 1, 0]
    assert await swept(desk, after_s=DAY) == 0
    # The notice, and the next cycle's request.
    assert await swept(desk, after_s=HOUR) == 2

    old, new = await house.requests("acme")
    assert (old["state"], old["attempt"], new["state"], new["attempt"]) == ("expired", 3, "open", 1)
    assert new["amount_micros"] == old["amount_micros"]


async def test_case_11_a_window_opens_and_the_sweep_asks(house: House) -> None:
    desk = await desk_in(house)
    capped = auto_recharge("acme", trigger="9", amount="20", monthly_cap="20")
    await desk.charge(opened("acme", timezone="Europe/Berlin"), credit("acme", "10"), capped)
    await desk.charge(call("acme", duration_s=1000 * MINUTE))
    (first,) = await house.requests("acme")
    await desk.charge(completed("acme", first["recharge_id"], "20"))
    assert await house.value("SELECT suppressed FROM account") == "monthly_cap"
    opens_s = await house.value("SELECT next_due_s FROM account")

    assert await swept(desk, after_s=opens_s - 1 - desk.now_us / 1_000_000) == 0
    assert await swept(desk, after_s=1) == 1
    assert datetime.fromtimestamp(opens_s + 2 * HOUR, UTC).day == 1
    assert [one["state"] for one in await house.requests("acme")] == ["completed", "open"]


async def test_two_sweeps_at_once_ask_nobody_twice(house: House) -> None:
    tenants = [f"tenant-{number}" for number in range(12)]
    desk = await asking(house, *tenants)
    await swept(desk, after_s=15 * MINUTE)
    desk.now_us += MINUTE * 1_000_000

    promised = await asyncio.gather(*(swept(desk) for _ in range(4)))

    assert sum(promised) == 12
    assert await house.value("SELECT array_agg(DISTINCT attempt) FROM recharge") == [2]
    assert await house.value("SELECT count(*) FROM account WHERE next_due_s <= $1", desk.now_us // 10**6) == 0


async def test_an_account_that_is_being_charged_is_passed_over_and_found_again(house: House) -> None:
    desk = await asking(house, "acme", "other")
    async with house.pool.acquire() as busy, busy.transaction():
        await busy.execute("SELECT FROM account WHERE tenant_id = 'acme' FOR NO KEY UPDATE")
        await swept(desk, after_s=16 * MINUTE)
        await swept(desk, after_s=MINUTE)
        assert [one["attempt"] for one in await house.requests("other")] == [2]

    await swept(desk)
    await swept(desk, after_s=MINUTE)
    assert [one["attempt"] for one in await house.requests("acme")] == [2]


async def test_an_account_that_postgres_refuses_keeps_no_other_waiting(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    desk = await asking(house, "one", "two", "three")
    await house.pool.execute("UPDATE account SET recharge_due_s = account_id")
    await house.pool.execute("UPDATE recharge SET answer_by_s = 0")
    refuse = "ALTER TABLE recharge ADD CONSTRAINT refused CHECK (account_id <> 2 OR retry_s = 0) NOT VALID"
    await house.pool.execute(refuse)
    before = SWEEP_REFUSED._value.get()

    await asyncio.wait_for(sweep(desk.office, 100, 0, nothing, asyncio.Event()), 20)

    assert SWEEP_REFUSED._value.get() == before + 1
    assert "account 2 is refused: SQLSTATE 23514" in caplog.text
    due = await house.value("SELECT array_agg(account_id) FROM account WHERE recharge_due_s < 10")
    assert due == [2]


async def test_while_answers_wait_unread_no_request_expires(house: House) -> None:
    desk = await asking(house, "acme")

    await swept(desk, after_s=25 * HOUR, unread_s=3 * HOUR)
    assert [one["state"] for one in await house.requests("acme")] == ["open"]
    await swept(desk, after_s=MINUTE)

    assert [one["state"] for one in await house.requests("acme")] == ["expired", "open"]


async def test_whoever_does_not_know_what_waits_unread_ends_no_request(house: House) -> None:
    desk = await asking(house, "acme")
    await desk.charge(call("acme", rated_number="33123456789"))
    desk.now_us += 26 * HOUR * 1_000_000
    await import_prices(house.pool, {"33": 1_000_000}, from_s=1)
    await desk.office.load_decks()

    waiting = await releasable(desk.office, desk.now_us, 100)
    assert await release_parked(desk.office, waiting, desk.now_us) == {"charged": 1}
    assert [one["state"] for one in await house.requests("acme")] == ["open"]

    await swept(desk, after_s=MINUTE)
    assert {one["state"] for one in await house.requests("acme")} == {"expired", "open"}


async def test_what_is_due_and_since_when_is_measured(house: House) -> None:
    desk = await asking(house, "acme", "other")
    async with transaction(house.pool) as tx:
        now_s = desk.now_us // 1_000_000
        assert await overdue_accounts(tx, 0, now_s) == (0, 0)
        assert await overdue_accounts(tx, 0, now_s + 15 * MINUTE + 7) == (2, 7)


async def test_limits_that_change_between_two_starts_are_held_against_stored_settings_once(
    house: House,
) -> None:
    desk = await asking(house, "acme", "other")
    await desk.charge(auto_recharge("other", trigger="9", amount="50"))
    look = partial(recheck, desk.office, 1, nothing, asyncio.Event())
    assert await look() == 0
    limits = desk.office.limits
    desk.office.limits = replace(limits, recharge=replace(limits.recharge, minimum_units=30))

    assert [await look() for _ in range(2)] == [1, 0]

    told = [
        row["value"]
        for row in await house.pool.fetch("SELECT value FROM outbox WHERE value LIKE $1", b"%invalid%")
    ]
    assert len(told) == 1
    assert b'"tenant_id":"acme"' in told[0]
    assert b'"reason":"amount_below_minimum"' in told[0]
    assert (
        await house.value("SELECT recharge_amount_micros FROM account WHERE tenant_id = 'acme'") == 20_000_000
    )


async def test_workers_of_two_settings_side_by_side_tell_of_overtaken_settings_once(house: House) -> None:
    """As in a roll-out: the former ones go on for a while beside those that have come."""
    await asking(house, "acme")
    often = house.settings.model_copy(update={"sweep": Sweep(every_s=0.05)})
    dearer = often.model_copy(update={"recharge": often.recharge.model_copy(update={"minimum_units": 30})})
    limits = "SELECT limits LIKE $1 FROM recharge_limits"
    async with house.working(settings=often):
        await house.until(partial(house.value, limits, "1 %"))
        async with house.working(settings=dearer):
            await house.until(partial(house.value, limits, "30 %"))
            # They sweep on, again and again.
            for _ in range(10):
                await house.pool.execute("UPDATE account SET recharge_due_s = 0")
                await house.until(partial(house.value, "SELECT min(recharge_due_s) > 0 FROM account"))

    told = [one for one in await house.messages("notices", "acme") if "invalid" in one["type"]]
    assert len(told) == 1
