"""What names persons goes before the money does, and so does what was refused and settled."""

from datetime import timedelta

import asyncpg
import pytest

from tests.integration.cases.aging import DAY, DAY_S, KEPT, charged_desk, days_after, flaws, state
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import NOON, call, opened
from tests.integration.cases.house import House
from worker.postgres.forgetting import forget_letters, forget_parked
from worker.postgres.transaction import transaction
from worker.transactions.forget_user import forget_user
from worker.transactions.retention import close_old_days, forget_old_texts, remove_old_persons


@pytest.fixture
async def desk(house: House) -> Desk:
    return await charged_desk(house)


@pytest.mark.usefixtures("desk")
async def test_persons_leave_the_entries_of_a_day_and_its_money_stays(house: House) -> None:
    await close_old_days(house.pool, KEPT, days_after(181))
    before = await house.value("SELECT array_agg(amount_micros ORDER BY event_key) FROM ledger_entry")

    assert DAY not in await remove_old_persons(house.pool, KEPT, days_after(180))
    assert DAY in await remove_old_persons(house.pool, KEPT, days_after(181))

    rows = await house.pool.fetch(
        "SELECT number, number_shape, user_number FROM ledger_entry WHERE kind = 1 ORDER BY duration_s"
    )
    # 49301234** and 4930123456: eight and ten digits, of which four are never clear now.
    assert [tuple(row) for row in rows] == [(493012, 10 * 16 + 4, 0), (493012, 10 * 16 + 4, 0)]
    legs = await house.pool.fetch("SELECT number FROM entry_line WHERE part = 1 ORDER BY line")
    assert [row["number"] for row in legs] == [493012, 493076]
    assert before == await house.value("SELECT array_agg(amount_micros ORDER BY event_key) FROM ledger_entry")
    assert await state(house) == ("closed", "gone")
    assert await flaws(house.pool) == []


async def test_digits_that_the_price_list_names_stay(house: House) -> None:
    desk = await desk_in(house)
    await desk.charge(opened("acme"), call("acme", rated_number="112", number_type="emergency"))
    await house.pool.execute("ALTER TABLE ledger_entry DISABLE TRIGGER append_only")
    await house.pool.execute("UPDATE ledger_entry SET prefix_length = 2 WHERE kind = 1")
    await close_old_days(house.pool, KEPT, days_after(181))

    await remove_old_persons(house.pool, KEPT, days_after(181))

    row = await house.pool.fetchrow("SELECT number, number_shape FROM ledger_entry WHERE kind = 1")
    assert tuple(row or ()) == (11, 3 * 16 + 1)


@pytest.mark.usefixtures("desk")
async def test_persons_stay_while_a_day_is_open(house: House) -> None:
    with pytest.raises(asyncpg.RaiseError, match="no closed day"):
        await house.value("SELECT remove_persons($1, 'ledger_entry', 0, 100)", DAY)

    assert await house.value("SELECT count(*) FROM ledger_entry WHERE user_number <> 0") == 2


async def test_a_user_is_forgotten_once_nobody_has_seen_them_for_the_time_of_persons(
    house: House, desk: Desk
) -> None:
    today_s = await house.value("SELECT extract(epoch FROM now())::bigint")
    await house.pool.execute("UPDATE dictionary SET seen_on = seen_on - 100")
    # Read again, as a worker does once a day, and so seen again.
    desk.office.registry.forget_users()
    await desk.charge(call("acme", user_id="ann"))

    # The organizer of the conference was not.
    assert await forget_old_texts(house.pool, 0, KEPT, today_s + 181 * DAY_S) == 1
    assert await house.value("SELECT text FROM dictionary") == "ann"
    assert await forget_old_texts(house.pool, 0, KEPT, today_s + 182 * DAY_S) == 1
    assert await house.value("SELECT count(*) FROM dictionary") == 0


async def test_settled_refusals_are_deleted_after_their_time_and_the_outcomes_still_add_up(
    house: House, desk: Desk
) -> None:
    now_s = await house.value("SELECT extract(epoch FROM now())::bigint")
    await desk.charge(*(call("later", f"waits-{number}") for number in range(3)))
    charged = await desk.charge(call("acme", duration_s=-1), call("acme", duration_s=-2))
    assert len(charged.letters) == 2
    await house.pool.execute(
        "UPDATE dead_letter SET settled_at = now(), settled_as = 'discarded' WHERE \"offset\" = 0"
    )
    await house.pool.execute(
        "UPDATE parked SET closed_at = now(), closed_as = 'duplicate' WHERE event_id = 'waits-0'"
    )
    await house.pool.execute(
        "UPDATE parked SET closed_at = now(), closed_as = 'discarded' WHERE event_id = 'waits-1'"
    )

    early = await forget_old_texts(house.pool, 0, KEPT, now_s + 89 * DAY_S)
    late = await forget_old_texts(house.pool, 0, KEPT, now_s + 91 * DAY_S)

    assert (early, late) == (0, 3)
    rows = await house.pool.fetch("SELECT event_id, value IS NULL AS empty FROM parked ORDER BY event_id")
    # What a person has discarded must be known for ever; what waits needs its bytes.
    assert [tuple(row) for row in rows] == [("waits-1", True), ("waits-2", False)]
    assert await house.value("SELECT count(*) FROM dead_letter") == 1
    assert await flaws(house.pool) == []
    # The discarded record has no effect, though its bytes are gone.
    await desk.charge(opened("later"), call("later", "waits-1"))
    assert await house.entries("later") == []


@pytest.mark.usefixtures("desk")
async def test_a_miscount_of_what_was_deleted_is_found(house: House) -> None:
    await house.pool.execute("INSERT INTO forgotten VALUES (0, 'parked', 'charged', 1)")

    assert [one.partition(":")[0] for one in await flaws(house.pool)] == ["outcomes", "outcomes"]


async def test_many_settled_refusals_are_deleted_step_by_step(house: House) -> None:
    desk = await desk_in(house)
    await desk.charge(*(call("later") for _ in range(25)))
    await house.pool.execute(
        "UPDATE parked SET closed_at = now() - interval '1 day', closed_as = 'duplicate'"
    )
    now_s = await house.value("SELECT extract(epoch FROM now())::bigint")

    steps: list[int] = []
    while not steps or steps[-1]:
        async with transaction(house.pool) as tx:
            steps.append(await forget_parked(tx, 0, now_s, 10))
            assert await forget_letters(tx, 0, now_s, 10) == 0

    assert steps == [10, 10, 5, 0]
    assert await house.value("SELECT records FROM forgotten") == 25


async def test_a_user_who_is_to_be_forgotten_is_named_nowhere_at_once(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", user_id="bob"), call("other", "first", user_id="ann"))
    await desk.charge(call("acme", "again", user_id="ann"))
    await desk.charge(call("acme", "again", user_id="ann", duration_s=61), careful=True)
    await house.pool.execute(
        "UPDATE parked SET closed_at = now(), closed_as = 'discarded' WHERE tenant_id = 'acme'"
    )

    spoilt = [call(tenant, duration_s=-1, user_id="ann") for tenant in ("acme", "acme", "other")]
    await desk.charge(*spoilt)
    await house.pool.execute("UPDATE dead_letter SET settled_at = now(), settled_as = 'discarded'")
    await desk.charge(spoilt[0])

    rows = await forget_user(house.pool, 0, "acme", "ann")

    assert rows == 4
    letters = await house.pool.fetch("SELECT record_key, settled_as FROM dead_letter WHERE value IS NOT NULL")
    assert [tuple(row) for row in letters] == [(b"other", "discarded"), (b"acme", None)]
    texts = await house.pool.fetch("SELECT text FROM dictionary ORDER BY text")
    assert [row["text"] for row in texts] == ["bob", "o-1"]
    left = await house.pool.fetch("SELECT tenant_id FROM parked WHERE value IS NOT NULL")
    assert [row["tenant_id"] for row in left] == ["other"]
    assert len(await house.entries("acme")) == 5
    assert await forget_user(house.pool, 0, "acme", "ann") == 0
    # Whoever calls again is somebody new, also for a worker that remembers.
    desk.office.registry.forget_users()
    await desk.charge(call("acme", user_id="ann", started_at=(NOON + timedelta(seconds=1)).isoformat()))
    assert (
        await house.value("SELECT count(DISTINCT user_number) FROM ledger_entry WHERE user_number > 0") == 4
    )
