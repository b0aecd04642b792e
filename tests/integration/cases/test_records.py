import json
from base64 import b64decode

import pytest

from tests.integration.cases.events import Sent, auto_recharge, call, credit, opened
from tests.integration.cases.house import House
from tests.integration.strange_headers import READ_AS, Strange, publish_strangely
from worker.metrics.charging import RECORDS, REFUSED_BY_DATABASE

POISON = {
    "no JSON": b"{",
    "nothing at all": b"",
    "a tombstone": None,
    "a NUL": b'{"specversion":"1.0","id":"a\\u0000b","source":"s","type":"t","data":{}}',
    "half a pair": b'{"specversion":"1.0","id":"\\ud800","source":"s","type":"t","data":{}}',
    "deep": b"[" * 100_000,
    "a long number": b'{"specversion":' + b"9" * 10_000 + b"}",
    "no text": bytes(range(256)),
    "brackets": b"[{" * 50_000,
}

# A value that keeps every rule of ours, and still is one that the database will not take.
REFUSE = "ALTER TABLE ledger_entry ADD CONSTRAINT no_such_call CHECK (duration_s <> 4711)"


@pytest.mark.parametrize("role", ["usage", "accounts", "payments"])
async def test_case_22_poison_records_are_dead_letters_and_their_neighbours_are_charged(
    town: House, tenant: str, role: str
) -> None:
    before = await town.outcomes()
    poison = [Sent(role, tenant.encode(), value) for value in POISON.values()]

    await town.charge(opened(tenant), call(tenant), *poison, call(tenant))

    after = await town.outcomes()
    assert after["dead_lettered"] - before["dead_lettered"] == len(POISON)
    assert await town.entries(tenant) == [-1_000_000] * 2
    assert [one["value"] for one in await town.letters(tenant)] == list(POISON.values())


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param((("a\x00b", b"x"), ("content-type", b"\xff")), id="a NUL in a name"),
        pytest.param((("ce_specversion", b"1.0"), ("ce_id", b"\xff\xfe")), id="no UTF-8"),
        pytest.param((("content-type", b"application/cloudevents-batch+json"),), id="batch mode"),
        pytest.param(tuple((f"h{n}", b"x" * 2000) for n in range(200)), id="many of them"),
    ],
)
async def test_case_22_poisonous_headers_end_as_a_dead_letter_too(
    town: House, tenant: str, headers: tuple[tuple[str, bytes], ...]
) -> None:
    await town.charge(opened(tenant), call(tenant)._replace(headers=headers), call(tenant))

    assert await town.entries(tenant) == [-1_000_000]
    assert len(await town.letters(tenant)) == 1


async def test_case_22_a_dead_letter_says_what_is_wrong_and_carries_the_bytes(
    town: House, tenant: str
) -> None:
    wrong = call(tenant, rated_number="phone")

    await town.charge(wrong)

    (letter,) = [
        one["data"] for one in await town.messages("dead_letters")
        if one["data"]["value_base64"] and b64decode(one["data"]["value_base64"]) == wrong.value
    ]  # fmt: skip
    assert (letter["reason"], letter["field"]) == ("schema_invalid", "data.rated_number")
    assert "phone" not in letter["detail"]
    assert letter["topic"] == town.settings.topics.usage


async def test_case_22_a_header_that_postgres_cannot_store_parks_and_releases_all_the_same(
    town: House, tenant: str
) -> None:
    waiting = call(tenant)
    await town.charge(waiting._replace(headers=(("a\x00b", b"x"), *waiting.headers)))

    await town.charge(opened(tenant))

    assert await town.parked(tenant) == [("unknown_tenant", "charged")]


async def test_case_22_a_header_name_that_is_no_text_neither_stops_its_partition_nor_costs_a_neighbour(
    town: House, tenant: str
) -> None:
    await town.charge(opened(tenant))
    strange = [
        Strange(one.key, one.value, one.headers, strange=True)
        for one in (call(tenant), Sent("usage", tenant.encode(), b"{"))
    ]
    neighbour = call(tenant)

    await publish_strangely(
        town.settings.kafka,
        town.settings.topics.usage,
        0,
        [strange[0], Strange(*neighbour[1:]), strange[1], strange[0]],
    )
    town.sent += 4
    await town.charge(call(tenant))

    assert await town.entries(tenant) == [-1_000_000] * 3
    (letter,) = await town.letters(tenant)
    assert letter["header_names"] == [READ_AS, "content-type"]
    named = [
        [header["name"] for header in one["data"]["headers"]] for one in await town.messages("dead_letters")
    ]
    assert named.count([READ_AS, "content-type"]) == 1


async def test_case_23_metrics_count_effects_and_not_deliveries(town: House, tenant: str) -> None:
    def counted(outcome: str) -> float:
        return float(RECORDS.labels(town.settings.topics.usage, outcome, "")._value.get())

    await town.charge(opened(tenant))
    charged, duplicate = counted("charged"), counted("duplicate")
    once = call(tenant)

    for _ in range(3):
        await town.charge(once, once)

    assert (counted("charged") - charged, counted("duplicate") - duplicate) == (1, 5)


async def test_case_37_one_record_that_postgres_refuses_is_buried_alone(house: House, tenant: str) -> None:
    await house.pool.execute(REFUSE)
    refused = REFUSED_BY_DATABASE._value.get()
    # Everything in one poll: the account's opening and first money stand beside the bad record.
    await house.send(
        opened(tenant),
        opened(tenant),
        credit(tenant, "10"),
        auto_recharge(tenant, trigger="8", amount="20"),
        call(tenant),
        call(tenant, "bad", duration_s=4711),
        call(tenant),
    )

    async with house.working():
        await house.all_read()
        (letter,) = await house.messages("dead_letters")
        await house.charge(call(tenant))

    assert await house.entries(tenant) == [-1_000_000] * 3
    assert await house.balance(tenant) == 7_000_000
    assert len(await house.requests(tenant)) == 1
    assert letter["data"]["reason"] == "refused_by_database"
    assert "no_such_call" in letter["data"]["detail"]
    assert json.loads(b64decode(letter["data"]["value_base64"]))["id"] == "bad"
    assert REFUSED_BY_DATABASE._value.get() == refused + 1
    assert (await house.outcomes())["dead_lettered"] == 1


async def test_case_37_what_a_refused_batch_opens_is_open_for_its_later_records(
    house: House, tenant: str
) -> None:
    await house.pool.execute("ALTER TABLE lot ADD CONSTRAINT no_such_lot CHECK (amount_micros <> 4711000000)")
    # One partition and one poll: the opening, then what Postgres refuses, then what needs the account.
    await house.send(opened(tenant), credit(tenant, "4711"), credit(tenant, "10"))

    async with house.working():
        await house.all_read()

    assert await house.balance(tenant) == 10_000_000
    assert await house.outcomes() == {
        "records": 3, "applied": 2, "duplicate": 0, "dead_lettered": 1, "charged": 0, "parked": 0,
    }  # fmt: skip


async def test_case_37_a_parked_call_that_postgres_refuses_waits_alone_while_others_are_released(
    house: House, tenant: str
) -> None:
    await house.pool.execute(REFUSE)
    await house.send(call(tenant), call(tenant, duration_s=4711), call(tenant))
    async with house.working():
        await house.all_read()
        await house.charge(opened(tenant))

        async def settled() -> bool:
            open_now = [reason for reason, closed_as in await house.parked(tenant) if closed_as is None]
            return open_now == ["conflict"]

        await house.until(settled)

    assert await house.entries(tenant) == [-1_000_000] * 2
