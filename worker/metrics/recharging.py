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
    "Requests that ended, by outcome: completed, declined, unavailable, expired, cancelled.",
    "Mostly unavailable or expired: the payment service is down or does not read its topic.",
    labels=("outcome",),
    alert=Alert('increase(talktime_recharges_settled_total{outcome="expired"}[1h]) > 0', "0m", "ticket"),
)
RECHARGE_ANSWER_SECONDS: Final = histogram(
    "talktime_recharge_answer_seconds",
    "Time from a request to the answer that ended it.",
    "Rising: ask whoever runs the payment service.",
    buckets=(0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 86_400),
)
RECHARGES_OPEN: Final = gauge(
    "talktime_recharges_open",
    "Requests that wait for an answer.",
    "Rising steadily: the payment service does not answer.",
)
RECHARGE_OLDEST_SECONDS: Final = gauge(
    "talktime_recharge_oldest_seconds",
    "Age of the oldest request that waits for an answer.",
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
