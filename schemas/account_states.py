"""Account states: who may place which calls, as the platform must know it at any time.

The topic is compacted: it keeps the last state of each tenant.
"""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from schemas.accounts import AppliesTo
from schemas.envelope import OfTenant
from schemas.fields import AccountStatus, Balance, Currency, Identifier, Money, Time


class AllowanceState(TypedDict):
    """Whether a bundle still pays."""

    allowance: Identifier
    exhausted: bool
    """It pays nothing until it renews."""
    renews_at: NotRequired[Time | None]
    """When it pays again."""
    applies_to: AppliesTo


class StateData(OfTenant):
    """What an account may do.

    Emergency calls always; when not active, nothing else; what a bundle that is not exhausted may pay, yes;
    everything else, toll-free included, unless depleted. Written when status, depleted or an exhausted
    changes, not at every debit.
    """

    as_of: Time
    status: AccountStatus
    depleted: bool
    """The balance is at or below minus the credit limit."""
    balance: Balance
    """At `as_of`; it moves without a new state."""
    credit_limit: Money
    currency: Currency
    allowances: Annotated[list[AllowanceState], Field(max_length=1000)]
    """Every bundle of the tenant."""
