"""Effects: what a batch made true, as metrics; counted once it is true, never for a delivery."""

from collections import Counter

from worker.domain.account import AccountRow
from worker.domain.draft import Draft, Outcome
from worker.domain.message import Notice, RechargeRequested
from worker.domain.micros import MICROS_PER_UNIT
from worker.domain.recharge import Recharge
from worker.domain.rejection import Reason, Rejection
from worker.metrics.charging import (
    BATCH_CHARGES,
    BATCH_RECORDS,
    BATCH_TENANTS,
    KEY_MISMATCHES,
    OVERSHOOT,
    RECORDS,
)
from worker.metrics.parking import WRONG_PARTITION
from worker.metrics.recharging import (
    PAYMENTS_FLAGGED,
    RECHARGE_ANSWER_SECONDS,
    RECHARGES_REPEATED,
    RECHARGES_REQUESTED,
    RECHARGES_SETTLED,
    RECHARGES_SUPPRESSED,
)
from worker.transactions.charge_batch import Batch, Charged


def count_effects(batch: Batch, charged: Charged) -> None:
    """Count a batch's outcomes, requests and settlements."""
    count_outcomes(batch, charged)
    BATCH_RECORDS.observe(len(batch.prepared.records))
    BATCH_CHARGES.observe(batch.prepared.charges)
    BATCH_TENANTS.observe(len(batch.prepared.tenants))
    KEY_MISMATCHES.inc(batch.prepared.strange_keys)
    count_draft(charged.draft)


def count_draft(draft: Draft) -> None:
    """Count what a decision asked for, said and settled."""
    for message in draft.messages:
        if isinstance(message.body, RechargeRequested):
            count_request(message.body.recharge)
        elif isinstance(message.body, Notice):
            count_notice(message.account, message.body)
    for request in draft.recharges.values():
        if request.closed_s is not None:
            RECHARGES_SETTLED.labels(request.state).inc()
            if request.reason != "unknown":
                RECHARGE_ANSWER_SECONDS.observe(request.closed_s - request.requested_s)


def count_request(request: Recharge) -> None:
    """Count a request once, and its later attempts apart."""
    if request.attempt == 1:
        RECHARGES_REQUESTED.labels(request.reason).inc()
    else:
        RECHARGES_REPEATED.inc()


def count_notice(account: AccountRow, notice: Notice) -> None:
    """Count what operations should know of as people are told."""
    if notice.name == "recharge.flagged":
        PAYMENTS_FLAGGED.inc()
    elif notice.name == "recharge.suppressed":
        RECHARGES_SUPPRESSED.labels(notice.reason).inc()
    elif notice.name == "balance.depleted":
        overshoot = -account.credit_limit_micros - account.balance_micros
        OVERSHOOT.labels(account.currency).observe(overshoot / MICROS_PER_UNIT)


def count_outcomes(batch: Batch, charged: Charged) -> None:
    """Count records by outcome: charged, until found among those that were not."""
    records = batch.prepared.records
    counts: Counter[tuple[str, str, str]] = Counter()
    for (topic, _), count in batch.counts.items():
        counts[topic, Outcome.CHARGED.value, ""] += count
    for index, outcome in charged.outcomes.items():
        topic = records[index].topic
        counts[topic, Outcome.CHARGED.value, ""] -= 1
        if isinstance(outcome, Rejection):
            kind = "dead_lettered" if outcome.dead else "parked"
            counts[topic, kind, outcome.reason.value] += 1
            if outcome.reason is Reason.WRONG_PARTITION:
                WRONG_PARTITION.labels(topic).inc()
        else:
            counts[topic, outcome.value, ""] += 1
    for names, count in counts.items():
        if count:
            RECORDS.labels(*names).inc(count)
