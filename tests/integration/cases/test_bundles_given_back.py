from tests.integration.cases.bundles import allowance, month_of, now_at, proved, used
from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import call, conference, leg, opened
from tests.integration.cases.house import House
from tests.integration.cases.revising import corrected, voided


async def test_case_18_voids_and_corrections_give_minutes_back_to_their_bundles(
    house: House, tenant: str
) -> None:
    desk = await desk_in(house)
    now = now_at(desk)
    first, second = (call(tenant, duration_s=120, started_at=now.isoformat()) for _ in range(2))
    meeting = conference(tenant, leg("a", started_at=now.isoformat()), leg("b", started_at=now.isoformat()))
    await desk.charge(
        opened(tenant), allowance(tenant, "a", 1), allowance(tenant, "b", 4), first, second, meeting
    )
    # Two minutes, two minutes and one of two minutes by bundles; the last leg by money.
    assert await used(desk.house, tenant) == {("a", month_of(now)): 60, ("b", month_of(now)): 240}

    await desk.charge(
        voided(first), corrected(second, call(tenant, duration_s=30, started_at=now.isoformat()))
    )
    assert await used(desk.house, tenant) == {("a", month_of(now)): 60, ("b", month_of(now)): 60}
    assert await proved(desk.house)

    await desk.charge(voided(second), voided(meeting))
    assert await used(desk.house, tenant) == {}
    assert await proved(desk.house)
    assert await desk.house.balance(tenant) == 0
