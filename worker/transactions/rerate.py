"""Re-rating: charges that cost another amount now are made again, some at a time, each transaction whole.

What a worker charges meanwhile is not in the way: whoever comes second waits for the account. Whoever is
ended half-way begins again and finds only what is left.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Final

import asyncpg

from worker.domain.chain import ChainKey
from worker.domain.entry import day_of
from worker.domain.facts import Facts, Wanted
from worker.domain.rerating import Rerated, Window, rerate
from worker.domain.tariff import Deck
from worker.postgres.accounts import lock_accounts
from worker.postgres.audit_entries import source_numbers
from worker.postgres.rerating import (
    FIRST,
    ROWS_A_PAGE,
    Charge,
    Place,
    Stretch,
    charged_again,
    days_to_revise,
    first_charges,
)
from worker.postgres.transaction import Transaction, transaction
from worker.transactions.gather import DecksChangedError, gather_beside, more
from worker.transactions.gather_allowances import with_allowances
from worker.transactions.gather_revisions import with_chains
from worker.transactions.office import Office
from worker.transactions.plan_memory import PlanMemory
from worker.transactions.prepare import Prepared
from worker.transactions.record_decision import record_decision

# So many charges are made again in one transaction, which locks their accounts that long.
CHARGES_AT_ONCE: Final = 200
MOST_ATTEMPTS: Final = 10


async def rerate_charges(
    office: Office, window: Window, tenants: Mapping[str, int], keys: Sequence[ChainKey], now_us: int,
    *, dry_run: bool,
) -> Rerated:  # fmt: skip
    """Charge these again where that changes them, or only see what it would change."""
    numbers = {key.account_id for key in keys}
    accounts = {tenant: number for tenant, number in tenants.items() if number in numbers}
    prepared = Prepared((), (), frozenset(accounts), (), 0, 0, accounts, {})
    for attempt in range(1, MOST_ATTEMPTS + 1):
        try:
            async with transaction(office.pool) as tx:
                locked = await lock_accounts(tx, office.cell, numbers)
                facts = await gather_beside(tx, locked, prepared, office, now_us)
                open_keys = [key for key in keys if key.day >= day_of(facts.open_from_s)]
                facts = await with_chains(tx, facts, open_keys)
                rerated = await decided(tx, facts, window, office.plans)
                if not dry_run:
                    await record_decision(tx, rerated.draft, office)
                return rerated
        except DecksChangedError:
            await office.load_decks()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            # A busy account: nothing was written, and the wait for the lock was long enough.
            if attempt == MOST_ATTEMPTS:
                raise
    raise AssertionError("decks are not imported that often")


async def decided(tx: Transaction, facts: Facts, window: Window, plans: PlanMemory) -> Rerated:
    """Decide, reading what is found missing until nothing is."""
    # Calls may have been corrected to begin in a month before the first open day's.
    facts = await with_allowances(tx, facts, (), plans)
    while isinstance(decision := rerate(facts.chains, window, facts), Wanted):
        facts = await more(tx, facts, decision)
    return decision


async def candidates(
    office: Office, window: Window, account_ids: Sequence[int]
) -> AsyncIterator[list[ChainKey]]:
    """Find the chains of some accounts that may cost another amount now, some at a time."""
    deck = office.decks.by_name[window.deck]
    stretch = Stretch(account_ids, window.from_s, window.to_s)
    async with transaction(office.pool) as tx:
        sources = await source_numbers(tx, office.cell)
        days = await days_to_revise(tx)
    for day in days:
        async with transaction(office.pool) as tx:
            again = await charged_again(tx, office.cell, day, sources, stretch)
        found = [key for key, last in again.items() if any(is_stale(one, deck) for one in last)]
        if day_of(window.from_s) <= day <= day_of(window.to_s - 1):
            for source in sources:
                async for page in charges_of(office, day, source, stretch):
                    found += [one.key for one in page if is_stale(one, deck) and one.key not in again]
                    while len(found) >= CHARGES_AT_ONCE:
                        yield found[:CHARGES_AT_ONCE]
                        del found[:CHARGES_AT_ONCE]
        for start in range(0, len(found), CHARGES_AT_ONCE):
            yield found[start : start + CHARGES_AT_ONCE]


async def charges_of(office: Office, day: date, source: int, stretch: Stretch) -> AsyncIterator[list[Charge]]:
    """Page through the first charges of a day, no transaction open in between."""
    after = FIRST._replace(account_id=stretch.account_ids[0] - 1)
    while True:
        async with transaction(office.pool) as tx:
            page = await first_charges(tx, office.cell, day, source, stretch, after)
        yield page
        if len(page) < ROWS_A_PAGE:
            return
        after = Place(page[-1].key.account_id, page[-1].key.event_key)


def is_stale(charge: Charge, deck: Deck) -> bool:
    """Say whether another version holds now than the one that priced a charge; each leg has its own."""
    version = deck.version_at(charge.started_s)
    return charge.is_conference or version is None or version.version_id != charge.version_id
