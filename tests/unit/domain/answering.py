"""A request that was just made, and what the payment service may say of it."""

from tests.unit.domain.deciding import UNIT, armed, call
from tests.unit.domain.living import Life
from worker.domain.event import RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.recharge import Recharge, RechargeLimits

MINUTE = 60
HOUR = 3600
DAY = 24 * HOUR


def asking(limits: RechargeLimits | None = None) -> Life:
    """An account below its trigger that has just asked."""
    life = Life(armed(5 * UNIT), limits)
    life.take(call())
    return life


def only(life: Life) -> Recharge:
    (request,) = life.recharges.values()
    return request


def completed(life: Life, payment: str = "p-9", micros: int = 20 * UNIT) -> RechargeCompleted:
    return RechargeCompleted(life.asked[0].recharge_id, payment, micros, "USD", life.now_s)


def failed(life: Life, outcome: str = "unavailable", attempt: int = 1, retry: str = "") -> RechargeFailed:
    return RechargeFailed(life.asked[-1].recharge_id, attempt, outcome, "code", "text", retry or None)


def pending(life: Life, until_s: int, url: str | None = None) -> RechargePending:
    status = "requires_action" if url is not None else "processing"
    return RechargePending(life.asked[0].recharge_id, status, until_s, url or None)
