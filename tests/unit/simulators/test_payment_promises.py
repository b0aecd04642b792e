"""What a payment service promises, for any mix and any order of requests."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.simulators.asking import EXPIRES_S, NOW_S, request, said
from worker.simulators.payment_book import Answer, PaymentBook, result_of
from worker.simulators.payment_kinds import Kind
from worker.simulators.payment_manner import Manner
from worker.simulators.payment_requests import Cancelled

LAST_S = NOW_S + 2 * EXPIRES_S

mixes = st.dictionaries(st.sampled_from(Kind), st.floats(0.5, 100), min_size=1)
honest = st.dictionaries(
    st.sampled_from([kind for kind in Kind if kind is not Kind.CHARGED_TWICE]),
    st.floats(0.5, 100),
    min_size=1,
)
# When, which request, which attempt, for how much; or, without an attempt, that it is taken back.
askings = st.lists(
    st.tuples(
        st.integers(NOW_S, LAST_S),
        st.integers(1, 4),
        st.integers(0, 3),
        st.sampled_from(["20.00", "30.00"]),
    ),
    max_size=20,
)


def lived_through(book: PaymentBook, asked: list[tuple[int, int, int, str]]) -> list[tuple[float, Answer]]:
    """Let time pass: requests come, and answers are given when they are due, if they still hold."""
    waiting: list[Answer] = []
    given: list[tuple[float, Answer]] = []

    def answer_until(moment_s: float) -> None:
        for answer in sorted((one for one in waiting if one.due_s <= moment_s), key=lambda one: one.due_s):
            waiting.remove(answer)
            if book.holds(answer):
                given.append((answer.due_s, answer))
                if result := result_of(answer):
                    book.remember(result)

    for at_s, number, attempt, amount in sorted(asked):
        answer_until(at_s)
        one = request(number, attempt=max(1, attempt), at_s=at_s, amount=amount)
        if attempt:
            waiting += book.consider(one, at_s)
        else:
            book.cancel(Cancelled(one.recharge_id))
    answer_until(float("inf"))
    return given


@given(mix=honest, asked=askings)
def test_a_recharge_id_is_paid_by_one_payment_for_one_amount(
    mix: dict[Kind, float], asked: list[tuple[int, int, int, str]]
) -> None:
    paid = defaultdict(set)
    for _, answer in lived_through(PaymentBook(Manner(mix=mix)), asked):
        if said(answer)["type"] == "completed":
            paid[said(answer)["recharge_id"]].add((said(answer)["payment_id"], said(answer)["amount"]))

    assert all(len(payments) == 1 for payments in paid.values())


@given(mix=mixes, asked=askings)
def test_nothing_begins_after_a_request_expired(
    mix: dict[Kind, float], asked: list[tuple[int, int, int, str]]
) -> None:
    in_time = {number for at_s, number, attempt, _ in asked if attempt and at_s <= NOW_S + EXPIRES_S}

    given_ids = {
        said(one)["recharge_id"]
        for _, one in lived_through(PaymentBook(Manner(mix=mix)), asked)
        if said(one)["type"] not in {"reversed", "reinstated"}
    }

    assert given_ids <= {request(number).recharge_id for number in in_time}


@given(mix=mixes, asked=askings)
def test_a_declined_request_is_never_paid(
    mix: dict[Kind, float], asked: list[tuple[int, int, int, str]]
) -> None:
    outcomes = defaultdict(set)
    for _, answer in lived_through(PaymentBook(Manner(mix=mix)), asked):
        data = said(answer)
        if data["type"] in {"completed", "failed"}:
            outcomes[data["recharge_id"]].add(data.get("outcome", "completed"))

    assert not any({"declined", "completed"} <= found for found in outcomes.values())


@given(mix=mixes, asked=askings)
def test_one_event_id_always_says_the_same(
    mix: dict[Kind, float], asked: list[tuple[int, int, int, str]]
) -> None:
    words = defaultdict(set)
    for _, answer in lived_through(PaymentBook(Manner(mix=mix)), asked):
        data = said(answer)
        words[data["event_id"]].add(str(sorted(data.items())))

    assert all(len(said_so) == 1 for said_so in words.values())
