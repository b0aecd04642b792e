"""Preparing: decode a batch's records and look up the numbers of what they name."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from worker.codec.decode import ReadRecord
from worker.domain.decide import Decoded, identity_of
from worker.domain.event import AccountOpened, Event, UsageCorrected
from worker.domain.rejection import Reason, Refused, Rejection
from worker.domain.usage import Usage
from worker.postgres.openings import claim_tenants, tenants_elsewhere
from worker.postgres.transaction import transaction
from worker.transactions.office import Office
from worker.transactions.registry import User


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records and what they say, index by index; `opening` are tenants that may get an account.

    `accounts` and `users` hold the numbers of what the records name, as far as it had some then.
    """

    records: Sequence[ReadRecord]
    decoded: Sequence[Decoded]
    tenants: frozenset[str]
    opening: tuple[str, ...]
    charges: int
    strange_keys: int
    accounts: Mapping[str, int]
    users: Mapping[User, int]


@dataclass(slots=True)
class Reading:
    """What decoding has found so far."""

    decoded: list[Decoded] = field(default_factory=list)
    tenants: set[str] = field(default_factory=set)
    users: set[tuple[str, str]] = field(default_factory=set)
    opening: set[str] = field(default_factory=set)
    charges: int = 0
    strange_keys: int = 0


async def prepare(records: Sequence[ReadRecord], office: Office, most_charges: int) -> Prepared:
    """Decode records up to so many charges; those beyond are left for the next batch.

    At least one record is decoded, however many legs it has.
    """
    reading = await read_all(records, office, most_charges)
    unnumbered = office.decoder.take_unnumbered()
    if unnumbered and await office.registry.number_sources(unnumbered):
        # The first events of a source: decoded again, now that their keys are known.
        reading = await read_all(records, office, most_charges)
        office.decoder.take_unnumbered()
    decoded, opening = reading.decoded, tuple(sorted(reading.opening))
    accounts = await office.registry.find_accounts(reading.tenants)
    unknown = reading.tenants.difference(accounts)
    if unknown:
        decoded = await refuse_elsewhere(decoded, unknown, opening, office)
    users = await office.registry.number_users(reading.users, accounts)
    return Prepared(
        records[: len(decoded)],
        decoded,
        frozenset(reading.tenants),
        opening,
        reading.charges,
        reading.strange_keys,
        accounts,
        users,
    )


async def read_all(records: Sequence[ReadRecord], office: Office, most_charges: int) -> Reading:
    """Decode in slices, so that the event loop is never held up for long.

    Memory is bounded whatever the records' size; the last one may go beyond.
    """
    decode = office.decoder.decode
    most_bytes, slice_charges = office.sizes.batch_bytes, office.sizes.slice_charges
    reading = Reading()
    decoded, tenants, users = reading.decoded, reading.tenants, reading.users
    charges = pause_at = size = 0
    for record in records:
        if charges >= pause_at or size >= most_bytes:
            if charges >= most_charges or size >= most_bytes:
                break
            pause_at = min(charges + slice_charges, most_charges)
            await asyncio.sleep(0)
        one = decode(record)
        decoded.append(one)
        charges += 1
        size += len(record.value or b"")
        if isinstance(one, Usage):
            charges += len(one.legs) - 1
            tenants.add(one.tenant_id)
            # The key only spreads load; one that is no tenant's costs locks and nothing else.
            reading.strange_keys += record.key != one.tenant_id.encode()
            if one.user_id:
                users.add((one.tenant_id, one.user_id))
        elif one.identity is not None:
            tenants.add(one.identity.tenant_id)
            if isinstance(one, Event) and isinstance(one.body, AccountOpened):
                reading.opening.add(one.identity.tenant_id)
            elif isinstance(one, Event) and isinstance(one.body, UsageCorrected):
                corrected = one.body.corrected
                charges += len(corrected.legs) - 1
                if corrected.user_id:
                    users.add((corrected.tenant_id, corrected.user_id))
    reading.charges = charges
    return reading


def tenant_of(one: Decoded) -> str:
    """Name the tenant of what was decoded, '' when it has none."""
    if isinstance(one, Usage):
        return one.tenant_id
    return one.identity.tenant_id if one.identity else ""


async def refuse_elsewhere(
    decoded: Sequence[Decoded], unknown: set[str], opening: Sequence[str], office: Office
) -> list[Decoded]:
    """Refuse what belongs to a tenant of another cell; write down the cell of those that open here."""
    async with transaction(office.pool) as tx:
        elsewhere = await claim_tenants(tx, office.cell, [one for one in opening if one in unknown])
        elsewhere |= await tenants_elsewhere(tx, office.cell, unknown)
    if not elsewhere:
        return list(decoded)
    detail = "the tenant lives in another cell: its producer uses another partitioner (murmur2 is needed)"
    rejection = Rejection(Reason.WRONG_PARTITION, "data.tenant_id", detail)
    return [Refused(rejection, identity_of(one)) if tenant_of(one) in elsewhere else one for one in decoded]
