"""The state of auto-recharge as it is shown: the first that holds."""

from typing import Final, NamedTuple

from worker.domain.calendar import Timezones, day_number, month_of
from worker.domain.micros import MICROS_PER_UNIT
from worker.domain.recharge_blocks import STOPPED

SHOWN: Final = {
    "off": "auto-recharge is switched off",
    "stopped": "nothing more is asked for until a purchase, new settings or a new payment method",
    "waiting": "an automatic request is open",
    "declined": "a new request follows after a wait, longer after each decline in a row",
    "capped": "the month's cap or the day's count leaves nothing until the next local month or day",
    "cooling_down": "the last automatic request ended a moment ago",
    "armed": "below the trigger a request opens at once",
}


class Recharging(NamedTuple):
    """What of an account says how auto-recharge stands, by the names of its columns."""

    recharge_enabled: bool
    recharge_block: str
    blocked_until_s: int
    cooling_until_s: int
    recharge_day: int
    recharges_of_day: int
    daily_count: int
    recharge_month: int
    recharge_month_micros: int
    monthly_cap_micros: int | None
    recharge_amount_micros: int | None
    suppressed: str


def recharging(account: object) -> Recharging:
    """Take it from an account, or a view of one."""
    return Recharging(*(getattr(account, name) for name in Recharging._fields))


def recharge_state(account: Recharging, zones: Timezones, now_s: int, *, waiting: bool) -> str:
    """Name what auto-recharge does; `waiting` is that an answer to its request is outstanding."""
    if not account.recharge_enabled:
        return "off"
    if account.recharge_block == STOPPED:
        return "stopped"
    if waiting:
        return "waiting"
    if account.recharge_block and account.blocked_until_s > now_s:
        return "declined"
    if is_capped(account, zones, now_s):
        return "capped"
    return "cooling_down" if account.cooling_until_s > now_s else "armed"


def is_capped(account: Recharging, zones: Timezones, now_s: int) -> bool:
    """Say whether nothing would be asked for today, or this month, however low the balance is."""
    if account.recharge_day >= day_number(zones, now_s) and account.recharges_of_day >= account.daily_count:
        return True
    if account.monthly_cap_micros is None:
        return False
    this_month = account.recharge_month >= month_of(zones, now_s)
    left = account.monthly_cap_micros - (account.recharge_month_micros if this_month else 0)
    too_little = this_month and account.suppressed == "below_minimum"
    # No payment service takes less than a whole unit.
    return too_little or left < (account.recharge_amount_micros or MICROS_PER_UNIT)
