"""What waits, for each reason, and what a person or time can do about it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.integration.cases.aging import flaws
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import NOON, call, conference, credit, event, leg, opened
from tests.integration.cases.house import House
from tests.integration.cases.parking import LONG_AGO, closed, retried
from worker.domain.micros import format_micros
from worker.loops.release import release
from worker.postgres.parked_views import BEFORE_ALL, Waiting, page_of_parked
from worker.postgres.transaction import transaction
from worker.transactions.estimate_parked import Estimator
from worker.transactions.settle_parked import discard_parked, retry_parked


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    desk = await desk_in(house)
    await desk.charge(opened("acme"), credit("acme", "100"))
    yield desk
    assert await flaws(house.pool) == []


async def test_an_implausibly_long_call_is_charged_when_a_person_says_so(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", duration_s=25 * 3600))
    await release(desk.office, 100)
    assert await house.parked("acme") == [("implausible", None)]

    await retried(desk)

    assert await house.entries("acme") == [-1_500_000_000]


async def test_usage_from_the_future_is_charged_when_its_time_comes(house: House, desk: Desk) -> None:
    now_s = desk.now_us // 1_000_000
    later = (NOON + timedelta(seconds=now_s - NOON.timestamp() + 1000)).isoformat()
    await desk.charge(call("acme", started_at=later))
    await retried(desk)
    assert await house.parked("acme") == [("in_future", None)]

    await house.pool.execute("UPDATE parked SET started_s = started_s - 2000")
    desk.office.limits = desk.office.limits.__class__(future_s=5000)
    await release(desk.office, 100)

    assert await house.parked("acme") == [("in_future", "charged")]


async def test_a_balance_out_of_range_waits(house: House, desk: Desk) -> None:
    await desk.charge(event("accounts", "account.credit_added", huge("acme", 1)))
    assert await house.parked("acme") == []
    for number in range(2, 6):
        await desk.charge(event("accounts", "account.credit_added", huge("acme", number)))

    assert set(await house.parked("acme")) == {("out_of_range", None)}
    await retried(desk)
    assert set(await house.parked("acme")) == {("out_of_range", None)}


def huge(tenant: str, number: int) -> dict[str, object]:
    money: dict[str, object] = {"amount": "1000000000000", "currency": "USD", "kind": "purchase"}
    return money | {"tenant_id": tenant, "payment_id": f"huge-{number}"}


async def test_money_in_another_currency_waits_for_a_person_who_can_only_let_it_go(
    house: House, desk: Desk
) -> None:
    await desk.charge(
        credit("acme", "5", currency="EUR"),
        event(
            "accounts", "account.alerts_set", {"tenant_id": "acme", "levels": ["5"], "currency": "EUR"}
        ),
        event(
            "accounts", "account.changed", {"tenant_id": "acme", "credit_limit": "5", "currency": "EUR"}
        ),
    )  # fmt: skip
    assert await house.parked("acme") == [("currency", None)] * 3
    await retried(desk)
    assert await house.parked("acme") == [("currency", None)] * 3

    ids = [row["park_id"] for row in await house.pool.fetch("SELECT park_id FROM parked")]
    assert await discard_parked(house.pool, 0, ids, dry_run=False) == 3
    assert await house.parked("acme") == [("currency", "discarded")] * 3
    assert await house.balance("acme") == 100_000_000


async def test_a_conflict_stays_one_however_often_a_person_asks(house: House, desk: Desk) -> None:
    await desk.charge(call("acme", "c-1"))
    await desk.charge(call("acme", "c-1", duration_s=600), careful=True)

    await retried(desk)

    assert await house.parked("acme") == [("conflict", None)]


async def test_what_a_former_version_could_not_apply_is_applied_by_itself(house: House, desk: Desk) -> None:
    await desk.charge(call("later"), credit("later", "5"))
    await house.pool.execute("UPDATE parked SET reason = 'not_yet'")
    await desk.charge(opened("later"))

    await release(desk.office, 100)

    assert {ended for _, ended in await house.parked("later")} == {"charged", "applied"}


async def test_what_is_asked_for_and_what_comes_by_itself_are_released_side_by_side(
    house: House, desk: Desk
) -> None:
    await closed(desk)
    await desk.charge(call("acme", started_at=LONG_AGO), call("acme", duration_s=90_000))
    await desk.charge(call("later"), call("later", duration_s=90_000))
    ids = await house.pool.fetch("SELECT park_id FROM parked WHERE reason = 'too_old'")
    await retry_parked(house.pool, 0, [UUID(str(row[0])) for row in ids], vouched=False, dry_run=False)
    await desk.charge(opened("later"))

    assert await release(desk.office, 100) == 2

    assert await house.parked("acme") == [("too_old", "charged"), ("implausible", None)]
    # Nobody has asked for the long one.
    assert set(await house.parked("later")) == {("unknown_tenant", "charged"), ("implausible", None)}


async def test_two_who_release_the_same_row_charge_it_once(house: House, desk: Desk) -> None:
    other = await desk_in(house)
    await desk.charge(*(call("acme", duration_s=90_000) for _ in range(20)))
    ids = [row["park_id"] for row in await house.pool.fetch("SELECT park_id FROM parked")]
    await retry_parked(house.pool, 0, ids, vouched=False, dry_run=False)

    await asyncio.gather(release(desk.office, 7), release(other.office, 7))

    assert len(await house.entries("acme")) == 20
    assert {ended for _, ended in await house.parked("acme")} == {"charged"}


async def test_what_waits_is_estimated_where_a_deck_prices_it(house: House, desk: Desk) -> None:
    await closed(desk)
    await desk.charge(
        call("acme", "c-1"),
        call("acme", started_at=LONG_AGO, duration_s=120),
        call("acme", duration_s=90_000),
        call("acme", rated_number="8615123456"),
        call("nobody", duration_s=61),
        credit("acme", "5", currency="EUR"),
    )
    await desk.charge(call("acme", "c-1", duration_s=180), careful=True)
    far = (NOON + timedelta(days=2)).isoformat()
    await desk.charge(conference("acme", leg("one", started_at=far), leg("two", started_at=far)))

    async with transaction(house.pool) as tx:
        page = await page_of_parked(tx, 0, BEFORE_ALL, 100, Waiting())
    topics = house.settings.topics.contracts
    amounts = await Estimator(house.pool, topics, 2**20).amounts(0, page)
    renamed = await Estimator(house.pool, {}, 2**20).amounts(0, page)

    found = {row.reason: amount and format_micros(amount) for row, amount in zip(page, amounts, strict=True)}
    assert found == {
        "too_old": "2", "implausible": "1500", "unrated": None, "unknown_tenant": None,
        "currency": None, "conflict": "3", "in_future": "2",
    }  # fmt: skip
    assert set(renamed) == {None}


async def test_a_tenant_of_another_cell_waits_for_a_person_who_has_had_its_producer_mended(
    house: House, desk: Desk
) -> None:
    await house.pool.execute("INSERT INTO tenant (tenant_id, cell) VALUES ('elsewhere', 1)")
    await desk.charge(opened("elsewhere"), call("elsewhere"), credit("elsewhere", "5"))
    await release(desk.office, 100)
    assert await house.parked("elsewhere") == [("wrong_partition", None)] * 3
    assert await house.value("SELECT count(*) FROM account WHERE tenant_id = 'elsewhere'") == 0

    # The tenant was written down for the other cell by mistake.
    await house.pool.execute("DELETE FROM tenant WHERE tenant_id = 'elsewhere'")
    await retried(desk)
    await release(desk.office, 100)

    assert {ended for _, ended in await house.parked("elsewhere")} == {"charged", "applied"}
    assert await house.balance("elsewhere") == 4_000_000
