import asyncio
import random
from collections import Counter

import pytest

from tests.integration.cases.events import call, conference, credit, leg, moment, opened
from tests.integration.cases.house import House

CONSERVED = """
    SELECT account.tenant_id
    FROM account
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(amount_micros), 0) AS total FROM ledger_entry
        WHERE ledger_entry.cell = account.cell AND ledger_entry.account_id = account.account_id
    ) AS ledger ON true
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(CASE lot.lot_number WHEN account.lot_number
            THEN account.lot_left_micros ELSE lot.left_micros END), 0) AS total
        FROM lot WHERE lot.cell = account.cell AND lot.account_id = account.account_id
    ) AS lots ON true
    WHERE account.balance_micros <> ledger.total OR account.balance_micros <> lots.total - account.debt_micros
"""


async def test_case_17_balances_are_the_sums_of_the_ledger_under_random_load(
    town: House, tenant: str
) -> None:
    drawn = random.Random(17)
    tenants = [f"{tenant}-{number}" for number in range(8)]
    expected: Counter[str] = Counter()
    waves = []
    for one in tenants:
        amount = drawn.randint(1, 60)
        expected[one] += amount * 1_000_000
        waves.append([opened(one), credit(one, f"{amount}"), credit(one, "0.000007", kind="promotion")])
        expected[one] += 7
    for _ in range(60):
        wave = []
        for _ in range(drawn.randint(1, 12)):
            one, minutes = drawn.choice(tenants), drawn.randint(0, 9)
            number, price = drawn.choice([("4930123456", 1_000_000), ("12025550100", 100_000)])
            expected[one] -= minutes * price
            sent = call(one, duration_s=minutes * 60, rated_number=number)
            wave += [sent, sent] if drawn.random() < 0.2 else [sent]
        if drawn.random() < 0.3:
            one, amount = drawn.choice(tenants), drawn.randint(1, 9)
            expected[one] += amount * 1_000_000
            wave.append(credit(one, f"{amount}"))
        waves.append(wave)

    await asyncio.gather(
        *(town.send(*wave, keys=[b"%d" % drawn.randrange(99) for _ in wave]) for wave in waves)
    )
    await town.all_read()

    assert {one: await town.balance(one) for one in tenants} == dict(expected)
    assert await town.pool.fetch(CONSERVED) == []


async def test_case_25_one_leg_without_a_tariff_parks_the_whole_conference(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"))

    await town.charge(conference(tenant, leg("a"), leg("b", rated_number="999123456789")))

    assert await town.entries(tenant) == []
    assert await town.balance(tenant) == 10_000_000
    assert await town.parked(tenant) == [("unrated", None)]


async def test_case_26_a_participant_who_rejoins_is_two_legs_each_charged(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), credit(tenant, "10"))
    first = leg("a1", participant="p-1", duration_s=90)
    again = leg("a2", participant="p-1", started_at=moment(60), duration_s=30)

    await town.charge(conference(tenant, first, again))

    assert await town.entries(tenant) == [-3_000_000]
    lines = await town.pool.fetch(
        "SELECT leg_id, amount_micros FROM entry_line JOIN account USING (cell, account_id)"
        " WHERE tenant_id = $1 AND part = 1 ORDER BY line",
        tenant,
    )
    assert [tuple(line) for line in lines] == [("a1", -2_000_000), ("a2", -1_000_000)]


async def test_case_26_a_conference_published_in_parts_is_charged_by_part(town: House, tenant: str) -> None:
    await town.charge(opened(tenant), conference(tenant, leg("a")), conference(tenant, leg("b")))

    assert await town.entries(tenant) == [-1_000_000, -1_000_000]


@pytest.mark.parametrize("number", ["911", "112", "110"])
async def test_case_39_an_emergency_number_is_never_another_country(
    town: House, tenant: str, number: str
) -> None:
    await town.charge(opened(tenant), call(tenant, rated_number=number, number_type="emergency"))

    assert await town.entries(tenant) == [0]


@pytest.mark.parametrize("number", ["91", "4118", "1911"])
async def test_case_39_a_short_code_is_never_another_country(town: House, tenant: str, number: str) -> None:
    await town.charge(opened(tenant), call(tenant, rated_number=number, number_type="short_code"))

    assert await town.entries(tenant) == []
    assert await town.parked(tenant) == [("unrated", None)]
