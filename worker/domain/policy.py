"""Policies: which auto-recharge settings can work at all, and the nearest that does."""

from typing import NamedTuple

from worker.domain.account import AccountRow
from worker.domain.event import AutoRechargeSet
from worker.domain.micros import format_micros, minor_unit_micros
from worker.domain.recharge import RechargeLimits, ceil_div
from worker.domain.rejection import Reason, Rejection


class Flaw(NamedTuple):
    """Why settings can never work: which one, what it is, and the nearest that does."""

    reason: str
    field: str
    value_micros: int
    nearest_micros: int
    why: str


class Policy(NamedTuple):
    """The settings of auto-recharge that are money, in micros; exactly one of amount and target is there."""

    trigger: int
    amount: int | None
    target: int | None
    monthly_cap: int | None

    @property
    def size(self) -> int:
        """What a recharge from the trigger adds."""
        if self.amount is not None:
            return self.amount
        assert self.target is not None
        return self.target - self.trigger


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
    policy = Policy(
        wanted.trigger_micros, wanted.amount_micros, wanted.target_micros, wanted.monthly_cap_micros
    )
    flaw = find_flaw(policy, currency, credit_limit_micros, limits)
    if flaw is None:
        return None
    nearest = format_micros(flaw.nearest_micros)
    return _refuse(flaw.field, f"{flaw.why}; the nearest that works is {nearest}")


def overtaken(row: AccountRow, limits: RechargeLimits) -> Flaw | None:
    """Say why stored settings no longer work, since a limit has changed; None when they do."""
    if not row.recharge_enabled or row.trigger_micros is None:
        return None
    policy = Policy(
        row.trigger_micros, row.recharge_amount_micros, row.recharge_target_micros, row.monthly_cap_micros
    )
    return find_flaw(policy, row.currency, row.credit_limit_micros, limits)


def find_flaw(policy: Policy, currency: str, credit_limit_micros: int, limits: RechargeLimits) -> Flaw | None:
    """Find the first thing that cannot work."""
    return (
        _off_step(policy, currency, limits)
        or _depleted_above_trigger(policy, currency, credit_limit_micros)
        or _outside(policy, limits)
        or _cap_too_low(policy, limits.smallest_micros(currency))
    )


def _off_step(policy: Policy, currency: str, limits: RechargeLimits) -> Flaw | None:
    """Every amount comes in minor units; only what is asked for comes in the payment service's steps."""
    unit, step = minor_unit_micros(currency), limits.step_micros(currency)
    for field, micros in policy._asdict().items():
        if micros is not None and micros % unit:
            why = f"is finer than {currency} {format_micros(unit)}"
            return Flaw("finer_than_minor_unit", field, micros, ceil_div(micros, unit) * unit, why)
    if policy.size % step == 0:
        return None
    nearest, steps = ceil_div(policy.size, step) * step, f"comes in steps of {currency} {format_micros(step)}"
    if policy.amount is not None:
        return Flaw("amount_off_step", "amount", policy.amount, nearest, steps)
    target = policy.trigger + policy.size
    return Flaw("amount_off_step", "target", target, policy.trigger + nearest, f"less the trigger {steps}")


def _depleted_above_trigger(policy: Policy, currency: str, credit_limit: int) -> Flaw | None:
    if policy.trigger > -credit_limit:
        return None
    nearest = -credit_limit + minor_unit_micros(currency)
    why = "must leave a depleted account below it"
    return Flaw("trigger_at_or_below_depletion", "trigger", policy.trigger, nearest, why)


def _outside(policy: Policy, limits: RechargeLimits) -> Flaw | None:
    smallest, largest = limits.minimum_micros, limits.maximum_micros
    if smallest <= policy.size <= largest:
        return None
    nearest = min(max(policy.size, smallest), largest)
    between = f"must be {format_micros(smallest)} to {format_micros(largest)}"
    reason = "amount_below_minimum" if policy.size < smallest else "amount_above_maximum"
    if policy.amount is not None:
        return Flaw(reason, "amount", policy.amount, nearest, between)
    assert policy.target is not None
    if policy.size < smallest:
        reason = "target_too_near_trigger"
    return Flaw(reason, "target", policy.target, policy.trigger + nearest, f"less the trigger {between}")


def _cap_too_low(policy: Policy, smallest: int) -> Flaw | None:
    """A fixed amount needs its whole size; what a target asks for is cut to what the cap leaves."""
    least = smallest if policy.amount is None else policy.amount
    if policy.monthly_cap is None or policy.monthly_cap >= least:
        return None
    return Flaw("cap_below_amount", "monthly_cap", policy.monthly_cap, least, "is below one recharge")


def _refuse(field: str, why: str) -> Rejection:
    return Rejection(Reason.POLICY_IMPOSSIBLE, f"data.{field}", f"{field} {why}")
