import asyncio
from datetime import UTC, datetime
from itertools import cycle, islice

from tests.integration.cases.events import call, credit, moment, opened
from tests.integration.cases.house import House


async def test_case_1_the_same_event_many_times_at_once_is_one_debit(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"))
    again = call(tenant)

    # Under many keys, so that it stands in every partition and both workers hold it at once.
    await asyncio.gather(*(town.send(again, again, keys=[b"%d" % n, b"%d" % (n + 7)]) for n in range(20)))
    await town.all_read()

    assert await town.entries(tenant) == [-1_000_000]
    assert await town.balance(tenant) == 9_000_000
    assert await town.parked(tenant) == []


async def test_case_1_one_id_from_two_sources_is_two_events(town: House, tenant: str) -> None:
    one = "b8a0c9c2-7a53-4f3e-9d8a-0f6f6f0b7c11"
    await town.charge(opened(tenant), call(tenant, one), call(tenant, one, source="/tests/other"))

    assert await town.entries(tenant) == [-1_000_000, -1_000_000]


async def test_case_2_the_same_identity_with_other_content_waits_for_a_person(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"), call(tenant, "call-1"))

    await town.charge(call(tenant, "call-1", duration_s=600))
    await town.charge(call(tenant, "call-1", duration_s=600))

    assert await town.entries(tenant) == [-1_000_000]
    assert await town.balance(tenant) == 9_000_000
    assert await town.parked(tenant) == [("conflict", None)]


async def test_case_1_a_call_and_a_payment_that_share_an_id_are_two_events(town: House, tenant: str) -> None:
    # Both are booked in today's day, as long as that lasts.
    now = datetime.now(UTC).isoformat()
    await town.charge(opened(tenant))

    await town.charge(call(tenant, "1", started_at=now))
    await town.charge(credit(tenant, "10", "1"))
    await town.charge(credit(tenant, "10", "2"))
    await town.charge(call(tenant, "2", started_at=now))
    await town.charge(credit(tenant, "10", "3"), call(tenant, "3", started_at=now))

    assert await town.entries(tenant) == [-1_000_000] * 3
    assert await town.balance(tenant) == 27_000_000
    assert await town.parked(tenant) == []
    assert await town.letters(tenant) == []


async def test_case_2_an_account_event_with_other_content_changes_nothing(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "10", "add-1", payment_id="p-1"))

    await town.charge(credit(tenant, "99", "add-1", payment_id="p-2"))
    await town.charge(opened(tenant, currency="EUR"))

    assert await town.balance(tenant) == 10_000_000
    assert (await town.account(tenant))["currency"] == "USD"
    assert await town.parked(tenant) == [("conflict", None)] * 2


async def test_case_1_an_exact_resend_is_no_conflict_however_it_is_written(town: House, tenant: str) -> None:
    noon = moment(0).replace("12:00:00+00:00", "14:00:00.999+02:00")
    first = call(tenant, "call-1", rated_number="+4930123456", started_at=noon, note="ours")

    await town.charge(opened(tenant), first, call(tenant, "call-1"))

    assert await town.entries(tenant) == [-1_000_000]
    assert await town.parked(tenant) == []


async def test_case_33_the_same_event_twice_in_one_poll_is_one_charge(house: House, tenant: str) -> None:
    twins = list(islice(cycle([call(tenant), call(tenant, "hashed")]), 40))
    await house.send(opened(tenant), credit(tenant, "10"), *twins)

    async with house.working():
        await house.all_read()

    assert await house.entries(tenant) == [-1_000_000] * 2
    assert await house.outcomes() == {
        "records": 42, "applied": 2, "charged": 2, "duplicate": 38, "parked": 0, "dead_lettered": 0,
    }  # fmt: skip
