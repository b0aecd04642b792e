"""When something happened that cannot be charged yet: what waits is looked at in that order."""

from worker.domain.decide import Decoded
from worker.domain.event import Event, UsageCorrected, UsageVoided
from worker.domain.usage import Usage


def happened_s(one: Decoded) -> int:
    """Say when the usage started that a record is about; 0 when it is about none."""
    if isinstance(one, Usage):
        return one.started_s
    if isinstance(one, Event) and isinstance(one.body, UsageCorrected):
        # Before the later of the two it cannot take effect.
        return max(one.body.usage.started_s, one.body.corrected.started_s)
    if isinstance(one, Event) and isinstance(one.body, UsageVoided):
        return one.body.usage.started_s
    return 0
