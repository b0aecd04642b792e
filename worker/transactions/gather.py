"""Gathering: read, under the locks, what a decision needs to know; rare things only where needed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from worker.domain.account import AccountRow
from worker.domain.decide import Decoded, identity_of
from worker.domain.entry import DAY_S
from worker.domain.event import Event
from worker.domain.facts import MICROSECONDS, Facts, Wanted
from worker.domain.identity import park_key
from worker.domain.lot import NEVER_S
from worker.domain.usage import Usage
from worker.postgres.accounts import lock_accounts
from worker.postgres.circumstances import read_circumstances
from worker.postgres.discarded import discarded_among, tenants_with_discarded
from worker.postgres.ledger import known_usage
from worker.postgres.openings import take_account_ids
from worker.postgres.recharges import read_strays
from worker.postgres.transaction import Transaction
from worker.transactions.gather_allowances import with_allowances
from worker.transactions.gather_events import with_events, with_lots
from worker.transactions.gather_requests import with_requests
from worker.transactions.gather_revisions import with_revisions
from worker.transactions.gather_users import numbered_users
from worker.transactions.office import Office
from worker.transactions.prepare import Prepared

_EPOCH = date(1970, 1, 1)


class DecksChangedError(Exception):
    """A deck was imported since ours were loaded: load them and run the batch again."""


async def gather(tx: Transaction, prepared: Prepared, office: Office, now_us: int, *, careful: bool) -> Facts:
    """Lock the accounts, then read everything else by later statements, whose snapshot is younger."""
    ids = prepared.accounts
    known = {ids[tenant] for tenant in prepared.tenants if tenant in ids}
    locked = await lock_accounts(tx, office.cell, known)
    facts = await gather_beside(tx, locked, prepared, office, now_us)
    if careful:
        facts = await with_usage(tx, facts, prepared.decoded)
    return facts


async def gather_beside(
    tx: Transaction, locked: Sequence[AccountRow], prepared: Prepared, office: Office, now_us: int
) -> Facts:
    """Read what a decision needs to know beside the accounts, which are locked already."""
    accounts = {row.tenant_id: row for row in locked}
    now = await read_circumstances(tx, office.cell)
    if now.generation != office.decks.generation:
        raise DecksChangedError
    fresh_ids = await new_ids(tx, prepared, office)
    account_ids = {tenant: row.account_id for tenant, row in accounts.items()} | fresh_ids
    facts = Facts(
        now_us=now_us,
        now_s=now_us // MICROSECONDS,
        # Whoever has seen how old unread records are says so: until then no request ends without an answer.
        unread_s=NEVER_S,
        cell=office.cell,
        installation=office.installation,
        limits=office.limits,
        decks=office.decks,
        open_from_s=day_start(now.first_day),
        open_until_s=min(
            day_start(now.last_day) + DAY_S, now_us // MICROSECONDS + office.limits.future_s + 1
        ),
        accounts=accounts,
        new_account_ids=fresh_ids,
        user_numbers=await numbered_users(tx, office.cell, prepared, account_ids),
        discarded=await discarded(tx, office.cell, prepared) if now.any_discarded else frozenset(),
        settled_strays=await strays(tx, office, accounts.values()),
    )
    facts = await with_lots(tx, facts, lots_due(facts))
    events = [one for one in prepared.decoded if isinstance(one, Event)]
    if events:
        facts = await with_events(tx, facts, events)
    facts = await with_requests(tx, facts, events)
    facts = await with_revisions(tx, facts, prepared.decoded, office)
    return await with_allowances(tx, facts, prepared.decoded, office.plans)


def lots_due(facts: Facts) -> list[int]:
    """List the accounts of which some credit expires now, or will soon."""
    return [row.account_id for row in facts.accounts.values() if row.lots_due_s <= facts.now_s]


def day_start(day: date) -> int:
    """Give the first second of a UTC day."""
    return (day - _EPOCH).days * DAY_S


async def new_ids(tx: Transaction, prepared: Prepared, office: Office) -> dict[str, int]:
    """Number the accounts that this batch may open."""
    fresh = sorted({one for one in prepared.opening if one not in prepared.accounts})
    return await take_account_ids(tx, office.cell, fresh)


async def strays(tx: Transaction, office: Office, rows: Iterable[AccountRow]) -> frozenset[str]:
    """Read the settled strays of accounts that are flagged to have some."""
    flagged = [row.account_id for row in rows if row.stray_settlements]
    return await read_strays(tx, office.cell, flagged) if flagged else frozenset()


async def discarded(tx: Transaction, cell: int, prepared: Prepared) -> frozenset[str]:
    """Find what a person has discarded of these records; hardly any tenant has something."""
    tenants = await tenants_with_discarded(tx, cell, prepared.tenants)
    if not tenants:
        return frozenset()
    identities = [identity for one in prepared.decoded if (identity := identity_of(one)) is not None]
    ids = {park_key(identity) for identity in identities if identity.tenant_id in tenants}
    return await discarded_among(tx, cell, ids)


async def with_usage(tx: Transaction, facts: Facts, decoded: Sequence[Decoded]) -> Facts:
    """Ask the ledger which usage of the batch it has."""
    account_ids = {tenant: row.account_id for tenant, row in facts.accounts.items()}
    # What started outside the open days waits for a person, who asks for its day.
    usages = [
        (day, one)
        for one in decoded
        if isinstance(one, Usage) and (day := facts.booking_day(one.started_s)) is not None
    ]
    found = await known_usage(tx, facts.cell, usages, account_ids)
    return replace(facts, known_usage={**facts.known_usage, **found}, looked_up=True)


async def more(tx: Transaction, facts: Facts, wanted: Wanted) -> Facts:
    """Read what a decision found missing."""
    facts = await with_lots(tx, facts, wanted.lots_of)
    if wanted.usage:
        facts = await with_usage(tx, facts, wanted.usage)
    return facts
