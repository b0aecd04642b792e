import pytest

from tests.unit.domain.deciding import INSTALLATION, UNIT, armed
from worker.domain.recharge import by_hand_id, recharge_due, recharge_id


@pytest.mark.parametrize(
    ("balance", "due"),
    [(10 * UNIT + 1, False), (10 * UNIT, False), (10 * UNIT - 1, True), (-99 * UNIT, True)],
)
def test_a_recharge_is_due_strictly_below_the_trigger(balance: int, due: bool) -> None:
    assert recharge_due(armed(0), balance) is due


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
    assert not recharge_due(armed(0, **blocked), 0)


def test_the_same_cycle_asks_with_the_same_id_and_no_other_does() -> None:
    ids = [recharge_id(INSTALLATION, tenant, cycle) for tenant in ("a", "b") for cycle in (1, 2)]

    assert len(set(ids)) == 4
    assert ids[0] == recharge_id(INSTALLATION, "a", 1)


def test_the_same_request_by_hand_asks_with_the_same_id_and_no_other_does() -> None:
    ids = [by_hand_id(INSTALLATION, tenant, name) for tenant in ("a", "b") for name in ("1", "2")]

    assert len({*ids, recharge_id(INSTALLATION, "a", 1)}) == 5
    assert ids[0] == by_hand_id(INSTALLATION, "a", "1")
