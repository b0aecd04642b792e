"""Voids and corrections: checked data to the domain's events."""

from worker.codec.canonical import event_hash
from worker.codec.envelope import CheckedEvent, refuse
from worker.codec.events import identity_of
from worker.codec.fields import FieldError, moment
from worker.codec.usage import UsageReader
from worker.domain.event import Event, UsageCorrected, UsageReference, UsageVoided
from worker.domain.identity import Identity
from worker.domain.rejection import Reason, Refused

VOIDED: str = "talktime.usage.voided.v1"


def read_revision(event: CheckedEvent, reader: UsageReader, arrived_s: int) -> Event | Refused:
    """Read a void or a correction; what is corrected takes the identity of the usage that it replaces."""
    try:
        digest = event_hash(event.contract.event_type, event.data)
        occurred_s = moment("time", event.time) if event.time else arrived_s
        identity = identity_of(event, digest)
        named = event.data["usage"]
        number, key = reader.identity(named["source"], named["id"])
        usage = UsageReference(number, key, moment("data.usage.started_at", named["started_at"]))
        if event.contract.event_type == VOIDED:
            return Event(identity, occurred_s, UsageVoided(usage, event.data["reason"]))
        return read_correction(event, reader, identity, occurred_s, usage)
    except FieldError as error:
        return refuse(Reason.SCHEMA_INVALID, error.field, error.detail)


def read_correction(
    event: CheckedEvent, reader: UsageReader, identity: Identity, occurred_s: int, usage: UsageReference
) -> Event | Refused:
    """Read the whole data of the usage as it should have been; it stays with its tenant."""
    named, data = event.data["usage"], event.data["corrected"]
    if data.get("tenant_id") not in {None, identity.tenant_id}:
        raise FieldError("data.corrected.tenant_id", "a correction stays with the tenant of its usage")
    data = {**data, "tenant_id": identity.tenant_id}
    read = reader.conference if data.get("legs") is not None else reader.call
    corrected = read(named["id"], named["source"], data)
    if isinstance(corrected, Refused):
        rejection = corrected.rejection
        field = rejection.field.replace("data.", "data.corrected.", 1)
        return refuse(rejection.reason, field, rejection.detail)
    return Event(identity, occurred_s, UsageCorrected(usage, corrected))
