"""Metrics of the proofs and of the ledger's days."""

from typing import Final

from worker.metrics.catalogue import Alert, gauge

AUDIT_VIOLATIONS: Final = gauge(
    "talktime_audit_violations",
    "Violations that the last complete pass of a check found; 0 is the only good value.",
    "`talktime audit` names examples; settle those tenants with whoever keeps the books.",
    labels=("check",),
    alert=Alert("max by (check) (talktime_audit_violations) > 0", "0m", "page"),
)
AUDIT_AGE_SECONDS: Final = gauge(
    "talktime_audit_age_seconds",
    "Time since the last complete pass of the audit.",
    "Above a day: no worker audits; see the worker's log.",
    alert=Alert("min(talktime_audit_age_seconds) > 86400", "10m", "ticket"),
)
DAYS_AHEAD: Final = gauge(
    "talktime_days_ahead",
    "Days of the ledger that are made before they come.",
    "Below 3: upkeep fails; `talktime migrate` makes days by hand. At 0 new usage cannot be charged.",
    alert=Alert("min(talktime_days_ahead) < 3", "10m", "page"),
)
DAYS_OVERDUE: Final = gauge(
    "talktime_days_overdue",
    "Days of the ledger that are kept although their time is over.",
    "Above 2: something reads the ledger all the time, so that no day can be dropped; end it.",
    alert=Alert("min(talktime_days_overdue) > 2", "1h", "ticket"),
)
