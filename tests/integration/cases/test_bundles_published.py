import random
from datetime import UTC, datetime

from tests.integration.cases.bundles import allowance, proved, used
from tests.integration.cases.events import NOON, call, opened
from tests.integration.cases.house import House


async def test_many_calls_in_two_workers_use_every_second_of_a_bundle_once(town: House, tenant: str) -> None:
    drawn = random.Random(40)
    await town.charge(opened(tenant), allowance(tenant, "b", 10))
    lasted = [drawn.choice([30, 61, 100]) for _ in range(60)]
    billable_s = sum(-(-one // 60) * 60 for one in lasted)

    # Under other keys than the tenant's: both workers have calls of this account.
    calls = [call(tenant, duration_s=one) for one in lasted]
    await town.send(*calls, keys=[b"%d" % drawn.randrange(99) for _ in calls])
    await town.all_read()

    assert await used(town, tenant) == {("b", NOON.year * 100 + NOON.month): 600}
    assert await town.balance(tenant) == -(billable_s - 600) * 1_000_000 // 60
    assert await proved(town)


async def test_the_platform_and_people_hear_of_a_bundle_as_it_is_used_up_and_resized(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant), allowance(tenant, "b", 10, prefixes=["49"]))
    for lasted in (420, 60, 60, 61):
        await town.charge(call(tenant, duration_s=lasted, started_at=datetime.now(UTC).isoformat()))
    await town.charge(allowance(tenant, "b", 19, None, prefixes=["49"]))

    states = await town.messages("account_states", tenant)
    bundles = [one["data"]["allowances"] for one in states]
    assert [[each["exhausted"] for each in one] for one in bundles if one] == [[False], [True], [False]]
    assert bundles[-1][0]["applies_to"] == {"number_types": ["toll"], "prefixes": ["49"]}
    notices = [one for one in await town.messages("notices", tenant) if "allowance" in one["type"]]
    assert [(one["type"], one["data"]["reason"], one["data"]["used_s"]) for one in notices] == [
        ("talktime.allowance.used.v1", "mostly_used", 480),
        ("talktime.allowance.used.v1", "used_up", 600),
        ("talktime.allowance.renewed.v1", "resized", 600),
    ]
