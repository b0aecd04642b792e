"""A tenant of some timezone that is far below its trigger, and what its payment service says."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.unit.domain.deciding import UNIT, armed, call
from tests.unit.domain.living import Life
from worker.domain.event import RechargeCompleted, RechargeFailed

HOUR = 3600
DAY = 24 * HOUR


def at(zone: str, text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp())


def tenant(zone: str, when: str, **given: Any) -> Life:  # noqa: ANN401 -- any column
    """A tenant that is far below its trigger, so that every recharge leads to the next one."""
    money = {
        "balance_micros": -8_994 * UNIT,
        "debt_micros": 8_994 * UNIT,
        "lot_left_micros": 0,
        "lot_number": 0,
    }
    life = Life(armed(0, timezone=zone, **{"cooldown_s": 60, "depleted": True} | money | given))
    life.now_s = at(zone, when)
    life.take(call(started_s=life.now_s))
    return life


def pay(life: Life, micros: int | None = None) -> None:
    """Let the open request be paid."""
    (request,) = life.open
    amount = micros or request.amount_micros
    paid = RechargeCompleted(request.recharge_id, f"p-{request.recharge_id}", amount, "USD", life.now_s)
    life.hear(paid)


def decline(life: Life) -> None:
    (request,) = life.open
    life.hear(RechargeFailed(request.recharge_id, 1, "declined", "c", "m", None))
