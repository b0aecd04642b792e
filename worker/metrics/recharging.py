"""Metrics of money coming in."""

from typing import Final

from worker.metrics.catalogue import Alert, counter, gauge, histogram

RECHARGES_REQUESTED: Final = counter(
    "talktime_recharges_requested",
    "Requests to the payment service by reason: trigger, manual.",
    "None for long although tenants are below their trigger: `talktime audit`.",
    labels=("reason",),
)
RECHARGES_SETTLED: Final = counter(
    "talktime_recharges_settled",
    "Requests that ended, by outcome: completed, declined, expired, cancelled.",
    "Mostly expired: the payment service is down or does not read its topic.",
    labels=("outcome",),
    alert=Alert('increase(talktime_recharges_settled_total{outcome="expired"}[1h]) > 0', "0m", "ticket"),
)
RECHARGE_ANSWER_SECONDS: Final = histogram(
    "talktime_recharge_answer_seconds",
    "Time from a request to the answer that ended it.",
    "Rising: ask whoever runs the payment service.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 86_400),
)
RECHARGES_REPEATED: Final = counter(
    "talktime_recharges_repeated",
    "Requests sent again under their own id, because the answer was unavailable or did not come.",
    "Steadily: the payment service or its bank is away; after three attempts a request expires.",
)
RECHARGES_SUPPRESSED: Final = counter(
    "talktime_recharges_suppressed",
    "Notices that nothing is asked for although an account is below its trigger, by reason.",
    "A jump of one reason: caps and daily counts are too low for the prices, or prices are too high.",
    labels=("reason",),
)
RECHARGES_OPEN: Final = gauge(
    "talktime_recharges_open",
    "Requests that wait for any answer.",
    "Rising steadily: the payment service does not answer.",
)
RECHARGES_PENDING: Final = gauge(
    "talktime_recharges_pending",
    "Requests whose payment is under way, as the payment service says.",
    "Rising: payments wait for administrators or for a bank; the payment service knows which.",
)
RECHARGE_OLDEST_SECONDS: Final = gauge(
    "talktime_recharge_oldest_seconds",
    "Age of the oldest request that waits for any answer.",
    "Above an hour: the payment service does not answer; requests expire after a day.",
    alert=Alert("max(talktime_recharge_oldest_seconds) > 3600", "5m", "ticket"),
)
PAYMENTS_FLAGGED: Final = counter(
    "talktime_payments_flagged",
    "Payments that were credited but do not fit their request: another amount, or no such request.",
    "`talktime accounts show` names them; settle with whoever runs the payment service.",
    alert=Alert("increase(talktime_payments_flagged_total[1h]) > 0", "0m", "ticket"),
)
ACCOUNTS_DEPLETED: Final = gauge(
    "talktime_accounts_depleted",
    "Accounts at or below minus their credit limit; they may not place calls.",
    "A jump: payments fail for many at once, or a deck was loaded with wrong prices.",
)
ACCOUNTS_BELOW_TRIGGER: Final = gauge(
    "talktime_accounts_below_trigger",
    "Accounts below their trigger that wait for money or are blocked from asking.",
    "A jump: look at the outcomes of recharges.",
)
ACCOUNTS_STOPPED: Final = gauge(
    "talktime_accounts_stopped",
    "Accounts whose automatic recharges are stopped: declined too often, disputed, or told never to retry.",
    "A jump: the payment service declines what it should not; a purchase, new settings or a new payment"
    " method start an account again.",
)
ACCOUNTS_SUPPRESSED: Final = gauge(
    "talktime_accounts_suppressed",
    "Accounts below their trigger that may not ask until a cap, a day or a cooldown ends, by reason.",
    "They ask by themselves when the window opens; many at a month's end: their caps are too low.",
    labels=("reason",),
)
