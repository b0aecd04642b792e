"""How much to ask for, and what holds a request back: the cap, the day's count, the cooldown."""

from typing import NamedTuple

from worker.domain.account import AccountRow
from worker.domain.calendar import next_day_s, next_month_s
from worker.domain.recharge import RechargeLimits, ceil_div
from worker.domain.recharge_counts import counted_micros, counted_today, zones_of


class Ask(NamedTuple):
    """What to ask for."""

    amount_micros: int
    units: int


class Hold(NamedTuple):
    """Why nothing is asked for although the balance is below the trigger, and until when."""

    reason: str
    opens_s: int


def what_to_ask(row: AccountRow, limits: RechargeLimits, now_s: int) -> Ask | Hold:
    """Work out what an account that is below its trigger asks for; of several holds the longest counts."""
    holds, left = [], left_of_cap(row, now_s)
    ask = amount_to_ask(row, limits, left)
    if ask is None:
        used_up = left is not None and (left <= 0 or row.recharge_amount_micros is not None)
        reason = "monthly_cap" if used_up else "below_minimum"
        holds.append(Hold(reason, next_month_s(zones_of(row), now_s)))
    if counted_today(row, now_s) >= row.daily_count:
        holds.append(Hold("daily_count", next_day_s(zones_of(row), now_s)))
    if row.cooling_until_s > now_s:
        holds.append(Hold("cooldown", row.cooling_until_s))
    if ask is None or holds:
        return max(holds, key=lambda hold: hold.opens_s)
    return ask


def left_of_cap(row: AccountRow, now_s: int) -> int | None:
    """Give what the monthly cap leaves, below 0 when more than it was asked for; None without a cap."""
    return None if row.monthly_cap_micros is None else row.monthly_cap_micros - counted_micros(row, now_s)


def amount_to_ask(row: AccountRow, limits: RechargeLimits, left_micros: int | None = None) -> Ask | None:
    """Work out the amount for an account below its trigger; None: what the cap leaves is too little.

    Policy amount: the fewest units that bring the balance back to the trigger, within `max_units`, the
    maximum and the cap. Policy target: up to the target in whole steps, within minimum, maximum and cap.
    """
    assert row.trigger_micros is not None
    most = limits.maximum_micros if left_micros is None else min(limits.maximum_micros, left_micros)
    step = limits.step_micros(row.currency)
    if row.recharge_amount_micros is not None:
        unit = _workable(row.recharge_amount_micros, step, limits)
        needed = ceil_div(row.trigger_micros - row.balance_micros, unit)
        units = min(needed, row.max_units, most // unit)
        return Ask(unit * units, units) if units > 0 else None
    assert row.recharge_target_micros is not None
    wanted = ceil_div(row.recharge_target_micros - row.balance_micros, step) * step
    within = min(max(wanted, limits.smallest_micros(row.currency)), most) // step * step
    return Ask(within, 1) if within >= limits.minimum_micros else None


def _workable(amount: int, step: int, limits: RechargeLimits) -> int:
    """Bring an amount that limits have overtaken to the nearest that works: nothing disarms silently."""
    within = min(max(amount, limits.minimum_micros), limits.maximum_micros)
    return max(1, within // step) * step
