"""Auto-recharge: one question to the payment service, its limits, its name, and when one is due."""

from dataclasses import dataclass
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from worker.domain.account import AccountRow
from worker.domain.micros import MICROS_PER_UNIT, minor_unit_micros

# Reasons of requests; a third one, unknown, is an answer to a request that is not remembered.
AUTOMATIC: Final = "trigger"
BY_HAND: Final = "manual"
UNKNOWN: Final = "unknown"

OPEN_STATES: Final = frozenset({"open", "pending"})


class Recharge(NamedTuple):
    """One question to the payment service, as it is stored; amounts in micros, times in Unix seconds."""

    recharge_id: str
    account_id: int
    reason: str
    state: str
    amount_micros: int
    units: int
    attempt: int
    requested_s: int
    answer_by_s: int
    expires_s: int
    balance_micros: int
    trigger_micros: int | None
    request_id: str | None = None
    requested_by: str | None = None
    payment_id: str | None = None
    granted_micros: int | None = None
    closed_s: int | None = None
    retry_s: int = 0
    pending_until_s: int = 0
    action_url: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the payment service still owes an answer."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True)
class RechargeLimits:
    """What a payment service accepts and how long it may take; amounts in whole units of any currency."""

    minimum_units: int = 1
    maximum_units: int = 10_000
    step_minor: int = 1
    answer_by_s: int = 15 * 60
    retry_wait_s: int = 60
    attempts: int = 3
    expires_s: int = 24 * 3600
    grace_s: int = 3600
    pending_s: int = 14 * 24 * 3600
    declined_waits_s: tuple[int, ...] = (3600, 6 * 3600, 24 * 3600)
    by_hand_open: int = 5

    @property
    def minimum_micros(self) -> int:
        """Give the smallest amount that may be asked for."""
        return self.minimum_units * MICROS_PER_UNIT

    @property
    def maximum_micros(self) -> int:
        """Give the largest amount that may be asked for."""
        return self.maximum_units * MICROS_PER_UNIT

    def step_micros(self, currency: str) -> int:
        """Give the step that amounts come in."""
        return self.step_minor * minor_unit_micros(currency)

    def smallest_micros(self, currency: str) -> int:
        """Give the smallest amount in whole steps."""
        step = self.step_micros(currency)
        return ceil_div(self.minimum_micros, step) * step


def recharge_id(installation: UUID, tenant_id: str, cycle: int) -> str:
    """Name the automatic request of a cycle: after a restore the same cycle asks with the same id."""
    return str(uuid5(installation, f"{tenant_id}\x1fauto\x1f{cycle}"))


def by_hand_id(installation: UUID, tenant_id: str, request_id: str) -> str:
    """Name a request by hand: the same request always asks with the same id."""
    return str(uuid5(installation, f"{tenant_id}\x1fmanual\x1f{request_id}"))


def recharge_due(row: AccountRow, balance_micros: int) -> bool:
    """Ask below the trigger, unless a request is already on its way or something blocks it.

    The rule reads the level, not the crossing: a lost or repeated debit cannot make it miss its moment.
    """
    return (
        row.recharge_enabled
        and row.trigger_micros is not None
        and balance_micros < row.trigger_micros
        and row.status == "active"
        and not row.open_recharge_id
        and not row.recharge_block
    )


def ceil_div(dividend: int, divisor: int) -> int:
    """Divide and round towards positive infinity, in integers throughout."""
    return -(-dividend // divisor)
