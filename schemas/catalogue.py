"""The catalogue: every event there is, by topic and by type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from schemas import (
    account_states,
    accounts,
    dead_letters,
    notices,
    payments,
    recharge_notices,
    recharges,
    usage,
)
from schemas.contract import Contract, Direction, attributes
from schemas.envelope import ConsumedEvent, PublishedEvent, UnsequencedEvent

# All that a reader of events needs, in one import.
__all__ = ["CONTRACTS", "TOPICS", "Contract", "Topic", "attributes"]


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic carries; `events` by their type without `talktime.` and `.v1`."""

    direction: Direction
    # ConsumedEvent, PublishedEvent or UnsequencedEvent: the CloudEvent around the data.
    form: Any
    about: str
    events: Mapping[str, type]


# By their names without the prefix.
TOPICS: Final[Mapping[str, Topic]] = {
    "usage": Topic(
        "consumed",
        ConsumedEvent,
        "Finished calls and conferences, from telephony platforms.",
        {
            "usage.call": usage.CallData,
            "usage.conference": usage.ConferenceData,
            "usage.voided": usage.VoidedData,
            "usage.corrected": usage.CorrectedData,
        },
    ),
    "accounts": Topic(
        "consumed",
        ConsumedEvent,
        "What the platform and the tenant's administrator decide about an account.",
        {
            "account.opened": accounts.OpenedData,
            "account.changed": accounts.ChangedData,
            "account.status_set": accounts.StatusSetData,
            "account.auto_recharge_set": accounts.AutoRechargeSetData,
            "account.credit_added": accounts.CreditAddedData,
            "account.credit_requested": accounts.CreditRequestedData,
            "account.payment_method_set": accounts.PaymentMethodSetData,
            "account.allowance_set": accounts.AllowanceSetData,
            "account.alerts_set": accounts.AlertsSetData,
            "account.adjusted": accounts.AdjustedData,
        },
    ),
    "payments": Topic(
        "consumed",
        ConsumedEvent,
        "What the payment service answers; only it may write here.",
        {
            "recharge.pending": payments.PendingData,
            "recharge.completed": payments.CompletedData,
            "recharge.failed": payments.FailedData,
            "payment.reversed": payments.ReversedData,
            "payment.reinstated": payments.ReinstatedData,
        },
    ),
    "recharges": Topic(
        "published",
        PublishedEvent,
        "What the payment service is asked for.",
        {
            "recharge.requested": recharges.RequestedData,
            "recharge.cancelled": recharges.CancelledData,
        },
    ),
    "account-states": Topic(
        "published",
        PublishedEvent,
        "Which tenants may place which calls; compacted, so it keeps the last state of each tenant.",
        {"account.state": account_states.StateData},
    ),
    "notices": Topic(
        "published",
        PublishedEvent,
        "What people should be told, for whatever mailer there is.",
        {
            "balance.low": notices.BalanceLowData,
            "balance.depleted": notices.BalanceDepletedData,
            "balance.restored": notices.BalanceRestoredData,
            "credit.added": notices.CreditAddedNoticeData,
            "credit.reversed": notices.CreditReversedData,
            "credit.expiring": notices.CreditExpiringData,
            "credit.expired": notices.CreditExpiredData,
            "recharge.suppressed": recharge_notices.RechargeSuppressedData,
            "recharge.declined": recharge_notices.RechargeDeclinedData,
            "recharge.action_required": recharge_notices.RechargeActionRequiredData,
            "recharge.expired": recharge_notices.RechargeExpiredData,
            "recharge.stopped": recharge_notices.RechargeStoppedData,
            "recharge.flagged": recharge_notices.RechargeFlaggedData,
            "recharge.invalid": recharge_notices.RechargeInvalidData,
            "allowance.used": notices.AllowanceUsedData,
            "allowance.renewed": notices.AllowanceRenewedData,
        },
    ),
    "dead-letters": Topic(
        "published",
        UnsequencedEvent,
        "Records that had no effect and never can have one as they stand.",
        {"record.rejected": dead_letters.RejectedData},
    ),
}

CONTRACTS: Final[Mapping[str, Contract]] = {
    contract.event_type: contract
    for name, topic in TOPICS.items()
    for contract in (
        Contract(f"talktime.{event}.v1", name, topic.direction, topic.form, data_type)
        for event, data_type in topic.events.items()
    )
}
