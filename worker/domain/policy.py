"""Policies: which auto-recharge settings can work at all, and the nearest that does."""

from worker.domain.event import AutoRechargeSet
from worker.domain.micros import format_micros
from worker.domain.recharge import RechargeLimits, ceil_div
from worker.domain.rejection import Reason, Rejection


def impossible(
    wanted: AutoRechargeSet, *, currency: str, credit_limit_micros: int, limits: RechargeLimits
) -> Rejection | None:
    """Say why settings can never work, and the nearest that work; None when they can."""
    if not wanted.enabled:
        return None
    if wanted.trigger_micros is None:
        return _refuse("trigger", "is missing: say below which balance to ask")
    if (wanted.amount_micros is None) == (wanted.target_micros is None):
        return _refuse("amount", "exactly one of amount and target is needed")
    return (
        _finer_than_step(wanted, currency, limits)
        or _depleted_above_trigger(wanted.trigger_micros, currency, credit_limit_micros, limits)
        or _amount_outside(wanted, wanted.trigger_micros, limits)
        or _cap_too_low(wanted, wanted.trigger_micros)
    )


def _finer_than_step(wanted: AutoRechargeSet, currency: str, limits: RechargeLimits) -> Rejection | None:
    step = limits.step_micros(currency)
    named = {
        "trigger": wanted.trigger_micros,
        "amount": wanted.amount_micros,
        "target": wanted.target_micros,
        "monthly_cap": wanted.monthly_cap_micros,
    }
    for field, micros in named.items():
        if micros is not None and micros % step:
            nearest = format_micros(ceil_div(micros, step) * step)
            why = f"is finer than {currency} {format_micros(step)}; the nearest that works is {nearest}"
            return _refuse(field, why)
    return None


def _depleted_above_trigger(
    trigger: int, currency: str, credit_limit: int, limits: RechargeLimits
) -> Rejection | None:
    if trigger > -credit_limit:
        return None
    nearest = format_micros(-credit_limit + limits.step_micros(currency))
    why = f"must leave a depleted account below it; the nearest that works is {nearest}"
    return _refuse("trigger", why)


def _amount_outside(wanted: AutoRechargeSet, trigger: int, limits: RechargeLimits) -> Rejection | None:
    smallest, largest = limits.minimum_micros, limits.maximum_micros
    if wanted.amount_micros is not None:
        if smallest <= wanted.amount_micros <= largest:
            return None
        nearest = min(max(wanted.amount_micros, smallest), largest)
        return _refuse("amount", _outside(smallest, largest, nearest))
    assert wanted.target_micros is not None
    distance = wanted.target_micros - trigger
    if smallest <= distance <= largest:
        return None
    nearest = trigger + min(max(distance, smallest), largest)
    return _refuse("target", "less the trigger " + _outside(smallest, largest, nearest))


def _outside(smallest: int, largest: int, nearest: int) -> str:
    return (
        f"must be {format_micros(smallest)} to {format_micros(largest)};"
        f" the nearest that works is {format_micros(nearest)}"
    )


def _cap_too_low(wanted: AutoRechargeSet, trigger: int) -> Rejection | None:
    needed = wanted.amount_micros
    if needed is None:
        assert wanted.target_micros is not None
        needed = wanted.target_micros - trigger
    if wanted.monthly_cap_micros is None or wanted.monthly_cap_micros >= needed:
        return None
    why = f"is below one recharge; the nearest that works is {format_micros(needed)}"
    return _refuse("monthly_cap", why)


def _refuse(field: str, why: str) -> Rejection:
    return Rejection(Reason.POLICY_IMPOSSIBLE, f"data.{field}", f"{field} {why}")
