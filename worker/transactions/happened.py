"""When something happened that cannot be charged yet: what waits is looked at in that order."""

from worker.domain.decide import Decoded
from worker.domain.event import Event, UsageCorrected, UsageVoided
from worker.domain.usage import Usage


def happened_s(one: Decoded) -> int:
    """Say when the usage started that a record is about, a conference with its last leg; 0: about none."""
    if isinstance(one, Usage):
        return max(leg.started_s for leg in one.legs)
    if isinstance(one, Event) and isinstance(one.body, UsageCorrected):
        # Before the later of the two it cannot take effect.
        return max(one.body.usage.started_s, happened_s(one.body.corrected))
    if isinstance(one, Event) and isinstance(one.body, UsageVoided):
        return one.body.usage.started_s
    return 0
