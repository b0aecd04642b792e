from typing import Any

import pytest

from tests.unit.domain.deciding import NOW_S, UNIT, armed
from worker.domain.calendar import day_number, month_of
from worker.domain.recharge_counts import zones_of
from worker.domain.recharge_state import SHOWN, recharge_state, recharging

TODAY, MONTH = day_number(zones_of(armed(0)), NOW_S), month_of(zones_of(armed(0)), NOW_S)
STOPPED = {"recharge_block": "stopped"}
DECLINED = {"recharge_block": "declined", "blocked_until_s": NOW_S + 1}
DAY_FULL = {"recharge_day": TODAY, "recharges_of_day": 5}
CAP = {"monthly_cap_micros": 50 * UNIT, "recharge_month": MONTH}
COOLING = {"cooling_until_s": NOW_S + 1}


@pytest.mark.parametrize(
    ("given", "waiting", "state"),
    [
        pytest.param(STOPPED | {"recharge_enabled": False}, True, "off", id="off whatever else holds"),
        pytest.param(STOPPED, True, "stopped", id="stopped before waiting"),
        pytest.param(DECLINED, True, "waiting", id="waiting before declined"),
        pytest.param(DECLINED | DAY_FULL, False, "declined", id="declined before capped"),
        pytest.param(DECLINED | {"blocked_until_s": NOW_S}, False, "armed", id="waited long enough"),
        pytest.param(DAY_FULL | COOLING, False, "capped", id="capped before cooling down"),
        pytest.param(DAY_FULL | {"recharge_day": TODAY - 1}, False, "armed", id="yesterday's count"),
        pytest.param(DAY_FULL | {"recharges_of_day": 4}, False, "armed", id="one is left today"),
        pytest.param(CAP | {"recharge_month_micros": 31 * UNIT}, False, "capped", id="less than one is left"),
        pytest.param(CAP | {"recharge_month_micros": 30 * UNIT}, False, "armed", id="just one is left"),
        pytest.param(
            CAP | {"recharge_month_micros": 50 * UNIT, "recharge_month": MONTH - 1}, False, "armed",
            id="last month's cap",
        ),
        pytest.param(
            CAP | {"recharge_amount_micros": None, "suppressed": "below_minimum"}, False, "capped",
            id="what the cap leaves is below the minimum",
        ),
        pytest.param(
            CAP | {"recharge_amount_micros": None, "recharge_month_micros": 49 * UNIT}, False, "armed",
            id="the cap leaves something",
        ),
        pytest.param(
            CAP | {"recharge_amount_micros": None, "recharge_month_micros": 49_010_000}, False, "capped",
            id="the cap leaves less than any target asks for",
        ),
        pytest.param(COOLING, False, "cooling_down", id="cooling down"),
        pytest.param({"cooling_until_s": NOW_S}, False, "armed", id="cooled down"),
        pytest.param({}, False, "armed", id="armed"),
    ],
)  # fmt: skip
def test_the_first_that_holds_is_shown(given: dict[str, Any], waiting: bool, state: str) -> None:
    account = armed(0, **given)

    shown = recharge_state(recharging(account), zones_of(account), NOW_S, waiting=waiting)

    assert shown == state
    assert shown in SHOWN
