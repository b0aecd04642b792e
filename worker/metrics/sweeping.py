"""Metrics of the sweep: what is due on accounts although no record of theirs comes."""

from typing import Final

from worker.metrics.catalogue import Alert, counter, gauge

ACCOUNTS_SWEPT: Final = counter(
    "talktime_accounts_swept",
    "Accounts on which the sweep did what was due.",
    "None for long although accounts are due: the sweep waits; the log says for what.",
)
SWEEP_REFUSED: Final = counter(
    "talktime_sweep_refused",
    "Accounts whose due work Postgres refused, alone too; each sweep tries them again.",
    "The log names the account and the SQLSTATE; its recharges and expiries stand still until it is mended.",
    alert=Alert("increase(talktime_sweep_refused_total[1h]) > 0", "0m", "page"),
)
ACCOUNTS_DUE: Final = gauge(
    "talktime_accounts_due",
    "Accounts on which something is due now.",
    "Rising: the sweep does not keep up; more workers sweep faster.",
)
DUE_OLDEST_SECONDS: Final = gauge(
    "talktime_due_oldest_seconds",
    "How long the account that is due longest has waited for the sweep.",
    "Above a minute: recharges, expiries and new months are late by as much; look at the log of the sweep.",
    alert=Alert("max(talktime_due_oldest_seconds) > 60", "2m", "page"),
)
