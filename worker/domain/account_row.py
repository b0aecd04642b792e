"""Account rows: a tenant's balance and settings as they are stored."""

from typing import Final, NamedTuple

from worker.domain.calendar import Timezones
from worker.domain.lot import NEVER_S

# A balance or a lot beyond this is parked, so that sums stay far inside eight bytes.
LARGEST_MICROS: Final = 4 * 10**18


class Money(NamedTuple):
    """What nearly every batch changes of an account, and nothing else."""

    account_id: int
    balance_micros: int
    debt_micros: int
    lot_left_micros: int
    lot_expires_s: int
    lot_number: int
    sequence: int
    depleted: bool
    more_lots: bool


class AccountRow(NamedTuple):
    """An account as it is stored; amounts in micros, None where a setting is absent."""

    account_id: int
    balance_micros: int
    debt_micros: int
    lot_left_micros: int
    lot_expires_s: int
    lot_number: int
    sequence: int
    depleted: bool
    more_lots: bool
    lots_made: int
    open_recharge_id: str
    recharge_cycle: int
    recharge_block: str
    declines: int
    stray_settlements: bool
    status: str
    credit_limit_micros: int
    recharge_enabled: bool
    trigger_micros: int | None
    recharge_amount_micros: int | None
    recharge_target_micros: int | None
    max_units: int
    monthly_cap_micros: int | None
    daily_count: int
    cooldown_s: int
    opened_hash: int
    tenant_id: str
    name: str
    currency: str
    timezone: str
    rate_deck: str
    payment_method: str | None
    # When something falls due, whatever nobody's call brings up: NEVER_S for nothing.
    lots_due_s: int = NEVER_S
    recharge_due_s: int = NEVER_S
    allowances_due_s: int = NEVER_S
    # The last expiry among lots that have forfeited money: usage from before it may have some of that back.
    forfeited_until_s: int = 0
    allowances_made: int = 0
    pending_revisions: bool = False
    # Micros, highest first, separated by spaces; and how many of them the balance is below.
    alert_levels: str = ""
    alerts_passed: int = 0
    # Zones that held before, each with the second at which it ended: see `worker.domain.calendar`.
    former_timezones: str = ""
    blocked_until_s: int = 0
    cooling_until_s: int = 0
    # Automatic requests of the local day, and what counts towards the cap in the local month.
    recharge_day: int = 0
    recharges_of_day: int = 0
    recharge_month: int = 0
    recharge_month_micros: int = 0
    # Why the administrator was told last that nothing is asked for; '' once it asks again.
    suppressed: str = ""
    open_by_hand: int = 0
    # How the bundles stand as the platform was told last: see `worker.domain.allowance_state`.
    allowances_said: str = ""
    # How often a bundle was set: what was read of them before holds until that rises.
    allowance_changes: int = 0

    @property
    def timezones(self) -> Timezones:
        """The account's calendar: its zone, and those that held before."""
        return Timezones(self.timezone, self.former_timezones)

    @property
    def next_due_s(self) -> int:
        """When something about the account falls due."""
        return min(self.lots_due_s, self.recharge_due_s, self.allowances_due_s)
