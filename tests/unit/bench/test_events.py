from collections.abc import Iterable, Sequence
from typing import NamedTuple

from worker.bench.accounts import crossing_tenants, openings, tenants
from worker.bench.calls import HEADERS, Call, Calls
from worker.bench.deck import make_deck
from worker.codec.decode import Decoder
from worker.domain.event import AccountOpened, AutoRechargeSet, CreditAdded, Event
from worker.domain.rating import price_leg
from worker.domain.tariff import compile_version
from worker.domain.usage import Usage
from worker.domain.week import week_faults

TARIFFS = 200


class Record(NamedTuple):
    topic: str
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0
    key: bytes | None = None
    timestamp: int = 0


def decoded(topic: str, calls: Iterable[Call]) -> list[object]:
    decoder = Decoder({topic: topic}, {"/bench": 1}, 1_000_000)
    return [decoder.decode(Record(topic, call.value, HEADERS)) for call in calls]


def test_every_call_keeps_the_contract_and_has_a_price() -> None:
    deck = make_deck(TARIFFS)
    version = compile_version(1, deck.terms, deck.rows)
    calls = Calls(tenants(10), [row.prefix for row in deck.rows], seed=1)

    usages = decoded("usage", [calls.take() for _ in range(2_000)])

    assert all(isinstance(usage, Usage) and price_leg(version, usage.legs[0]) for usage in usages)


def test_no_two_calls_have_the_same_id_and_all_ids_are_time_ordered_uuids() -> None:
    calls = Calls(tenants(10), ["1"], seed=1)

    usages = [
        usage for usage in decoded("usage", [calls.take() for _ in range(2_000)]) if isinstance(usage, Usage)
    ]

    assert len({usage.event_id for usage in usages}) == 2_000
    assert {usage.event_id[14] for usage in usages} == {"7"}
    # Only a canonical UUID keeps its value instead of being hashed.
    assert {usage.source_number for usage in usages} == {1}


def test_a_call_is_as_long_as_a_platform_makes_it() -> None:
    calls = Calls(tenants(10), ["1"], seed=1)

    sizes = [len(calls.take().value) for _ in range(100)]

    assert 320 <= sum(sizes) / len(sizes) <= 350


def test_every_account_is_opened_paid_and_recharges_by_itself() -> None:
    events = decoded("accounts", openings(tenants(2), crossing_tenants(1)))

    bodies = [type(event.body) for event in events if isinstance(event, Event)]
    assert bodies == [AccountOpened, CreditAdded, AutoRechargeSet] * 3


def test_who_crosses_stands_exactly_at_the_trigger() -> None:
    events = decoded("accounts", openings((), crossing_tenants(1)))

    credit, policy = (event.body for event in events[1:] if isinstance(event, Event))
    assert isinstance(credit, CreditAdded)
    assert isinstance(policy, AutoRechargeSet)
    assert credit.amount_micros == policy.trigger_micros


def test_the_deck_is_the_same_every_time_and_whole() -> None:
    deck = make_deck(TARIFFS)

    assert deck == make_deck(TARIFFS)
    assert len({row.prefix for row in deck.rows}) == TARIFFS
    assert {str(digit) for digit in range(1, 10)} <= {row.prefix for row in deck.rows}
    assert not any(list(week_faults((row,))) for row in deck.rows)
