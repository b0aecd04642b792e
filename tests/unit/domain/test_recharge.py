import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import INSTALLATION, UNIT, armed
from worker.domain.account import AccountRow
from worker.domain.micros import minor_unit_micros, parse_micros
from worker.domain.recharge import RechargeLimits, amount_to_ask, recharge_due, recharge_id

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
    ("balance", "due"),
    [(10 * UNIT + 1, False), (10 * UNIT, False), (10 * UNIT - 1, True), (-99 * UNIT, True)],
)
def test_a_recharge_is_due_strictly_below_the_trigger(balance: int, due: bool) -> None:
    assert recharge_due(armed(balance)) is due


@pytest.mark.parametrize(
    "blocked",
    [
        {"recharge_enabled": False},
        {"open_recharge_id": "r-1"},
        {"recharge_block": "declined"},
        {"status": "suspended"},
        {"status": "closed"},
        {"trigger_micros": None},
    ],
    ids=str,
)
def test_nothing_is_due_while_something_stands_in_the_way(blocked: dict[str, object]) -> None:
    assert not recharge_due(armed(0, **blocked))


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

    assert amount_to_ask(with_target("-50", "20"), limits)[0] == 7_500_000


@given(st.integers(-(10**10), 10**10), currencies)
def test_what_is_asked_for_reaches_the_target_by_less_than_a_minor_unit(balance: int, currency: str) -> None:
    account = with_target("0", "9", currency)._replace(balance_micros=balance)

    amount, _ = amount_to_ask(account, LIMITS)

    assert amount % minor_unit_micros(currency) == 0
    assert LIMITS.minimum_micros <= amount <= LIMITS.maximum_micros
    if LIMITS.minimum_micros < amount < LIMITS.maximum_micros:
        assert 0 <= balance + amount - 9 * UNIT < minor_unit_micros(currency)


def test_the_same_cycle_asks_with_the_same_id_and_no_other_does() -> None:
    ids = [recharge_id(INSTALLATION, tenant, cycle) for tenant in ("a", "b") for cycle in (1, 2)]

    assert len(set(ids)) == 4
    assert ids[0] == recharge_id(INSTALLATION, "a", 1)
