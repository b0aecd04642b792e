import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import UNIT, armed
from worker.domain.account import AccountRow
from worker.domain.micros import minor_unit_micros, parse_micros
from worker.domain.recharge import RechargeLimits
from worker.domain.recharge_amount import amount_to_ask

LIMITS = RechargeLimits()
currencies = st.sampled_from(["USD", "JPY", "KWD"])


def with_target(balance: str, target: str, currency: str = "USD") -> AccountRow:
    return armed(
        parse_micros(balance),
        currency=currency,
        recharge_amount_micros=None,
        recharge_target_micros=parse_micros(target),
    )


@pytest.mark.parametrize(
    ("balance", "max_units", "units"),
    [
        pytest.param(9, 9, 1, id="one is enough"),
        pytest.param(-10, 9, 1, id="exactly back to the trigger"),
        pytest.param(-11, 9, 2, id="a unit more"),
        pytest.param(-95, 9, 6, id="the fewest that bring it back"),
        pytest.param(-95, 1, 1, id="one when nothing is said"),
        pytest.param(-95, 3, 3, id="at most so many"),
        pytest.param(-20_000, 10_000, 500, id="never above the maximum"),
    ],
)
def test_the_policy_amount_asks_for_whole_units(balance: int, max_units: int, units: int) -> None:
    account = armed(balance * UNIT, max_units=max_units)

    assert amount_to_ask(account, LIMITS) == (units * 20 * UNIT, units)


@pytest.mark.parametrize(
    ("balance", "target", "currency", "amount"),
    [
        pytest.param("1.234567", "20", "USD", "18.77", id="up to a cent"),
        pytest.param("1", "20", "USD", "19", id="exact"),
        pytest.param("1.000001", "2000", "JPY", "1999", id="up to a yen"),
        pytest.param("0.9999", "20", "KWD", "19.001", id="up to a fils"),
        pytest.param("-30.5", "20", "USD", "50.5", id="a debt, too"),
        pytest.param("9.995", "10", "USD", "1", id="never below the minimum"),
        pytest.param("-50000", "20", "USD", "10000", id="cut to the maximum"),
    ],
)
def test_the_policy_target_asks_for_whole_minor_units(
    balance: str, target: str, currency: str, amount: str
) -> None:
    assert amount_to_ask(with_target(balance, target, currency), LIMITS) == (parse_micros(amount), 1)


def test_a_coarser_step_is_kept_under_the_maximum() -> None:
    limits = RechargeLimits(maximum_units=9, step_minor=250)

    assert amount_to_ask(with_target("-50", "20"), limits) == (7_500_000, 1)


@given(st.integers(-(10**10), 10**10), currencies)
def test_what_is_asked_for_reaches_the_target_by_less_than_a_minor_unit(balance: int, currency: str) -> None:
    account = with_target("0", "9", currency)._replace(balance_micros=balance)

    asked = amount_to_ask(account, LIMITS)

    assert asked is not None
    amount = asked.amount_micros
    assert amount % minor_unit_micros(currency) == 0
    assert LIMITS.minimum_micros <= amount <= LIMITS.maximum_micros
    if LIMITS.minimum_micros < amount < LIMITS.maximum_micros:
        assert 0 <= balance + amount - 9 * UNIT < minor_unit_micros(currency)


@pytest.mark.parametrize(
    ("left", "units"),
    [
        pytest.param(120, 6, id="the cap leaves enough"),
        pytest.param(119, 5, id="one unit less"),
        pytest.param(20, 1, id="just one"),
        pytest.param(19, None, id="less than one"),
        pytest.param(0, None, id="nothing"),
        pytest.param(-40, None, id="late money has passed it"),
    ],
)
def test_the_policy_amount_keeps_to_what_the_cap_leaves(left: int, units: int | None) -> None:
    asked = amount_to_ask(armed(-95 * UNIT, max_units=9), LIMITS, left * UNIT)

    assert asked == (None if units is None else (units * 20 * UNIT, units))


@pytest.mark.parametrize(
    ("left", "amount"),
    [
        pytest.param("30", "18.77", id="enough"),
        pytest.param("18.765", "18.76", id="cut to a cent below"),
        pytest.param("1", "1", id="just the minimum"),
        pytest.param("0.99", None, id="below the minimum"),
        pytest.param("-1", None, id="late money has passed it"),
    ],
)
def test_the_policy_target_is_cut_to_what_the_cap_leaves(left: str, amount: str | None) -> None:
    asked = amount_to_ask(with_target("1.234567", "20"), LIMITS, parse_micros(left))

    assert asked == (None if amount is None else (parse_micros(amount), 1))


@pytest.mark.parametrize(
    ("limits", "asked"),
    [
        pytest.param(RechargeLimits(maximum_units=15), (15 * UNIT, 1), id="above the maximum"),
        pytest.param(RechargeLimits(minimum_units=25), (25 * UNIT, 1), id="below the minimum"),
        pytest.param(RechargeLimits(step_minor=700), (14 * UNIT, 1), id="off the step"),
    ],
)
def test_an_amount_that_limits_have_overtaken_asks_for_the_nearest_that_works(
    limits: RechargeLimits, asked: tuple[int, int]
) -> None:
    assert amount_to_ask(armed(9 * UNIT), limits) == asked
