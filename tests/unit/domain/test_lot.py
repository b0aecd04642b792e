import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import DAY_S, NOW_S, lot
from worker.domain.lot import NEVER_S, Lot, Share, spend, spending_order

SOON, LATER = NOW_S + DAY_S, NOW_S + 9 * DAY_S

lots = st.builds(
    lambda number, left, expires_s, kind, paid_s: lot(
        number, 10, left_micros=left, expires_s=expires_s, kind=kind, paid_s=paid_s
    ),
    st.integers(1, 99),
    st.integers(0, 10),
    st.sampled_from([SOON, LATER, NEVER_S, NOW_S - DAY_S]),
    st.sampled_from(["purchase", "promotion"]),
    st.integers(0, 3),
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(lot(2, 5, expires_s=SOON), lot(1, 5, expires_s=LATER), id="the earliest expiry"),
        pytest.param(lot(2, 5, expires_s=LATER), lot(1, 5), id="a purchase that expires (case 38)"),
        pytest.param(
            lot(2, 5, expires_s=SOON), lot(1, 5, kind="promotion"), id="expiry before kind (case 38)"
        ),
        pytest.param(lot(2, 5, kind="promotion"), lot(1, 5), id="a promotion before a purchase"),
        pytest.param(lot(2, 5, paid_s=1), lot(1, 5, paid_s=2), id="the oldest"),
        pytest.param(lot(1, 5), lot(2, 5), id="the first booked"),
    ],
)
def test_lots_are_spent_in_this_order(first: Lot, second: Lot) -> None:
    assert sorted([second, first], key=spending_order) == [first, second]

    after, shares, _ = spend([first, second], 3, NOW_S)

    assert shares == [Share(first.number, 3)]
    assert [one.left_micros for one in after] == [2, 5]


def test_what_one_lot_cannot_pay_the_next_does_and_the_rest_is_debt() -> None:
    after, shares, _ = spend([lot(1, 5), lot(2, 5)], 12, NOW_S)

    assert shares == [Share(1, 5), Share(2, 5), Share(0, 2)]
    assert [one.left_micros for one in after] == [0, 0]


@pytest.mark.parametrize(("started_s", "paid_by"), [(SOON - 1, 1), (SOON, 0), (SOON + 1, 0)])
def test_usage_spends_a_lot_only_if_it_started_before_its_expiry(started_s: int, paid_by: int) -> None:
    _, shares, _ = spend([lot(1, 5, expires_s=SOON)], 5, started_s)

    assert shares == [Share(paid_by, 5)]


@given(st.lists(lots, max_size=6, unique_by=lambda one: one.number), st.integers(0, 80))
def test_nothing_is_lost_between_lots_and_debt(owned: list[Lot], amount: int) -> None:
    ordered = sorted(owned, key=spending_order)

    after, shares, _ = spend(ordered, amount, NOW_S)

    assert sum(share.amount_micros for share in shares) == amount
    spent = sum(one.left_micros for one in ordered) - sum(one.left_micros for one in after)
    assert spent == sum(share.amount_micros for share in shares if share.lot_number)
    assert all(one.left_micros >= 0 for one in after)
    debt = amount - spent
    assert debt == 0 or all(one.left_micros == 0 or one.expires_s <= NOW_S for one in after)
