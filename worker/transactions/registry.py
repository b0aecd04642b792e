"""The registry: texts that have numbers, looked up before a batch's transaction.

All of them are immutable once given, so knowing them early is safe; whatever changes is read under the locks.
"""

from collections.abc import Collection, Iterable
from typing import Final

from worker.postgres.accounts import find_accounts
from worker.postgres.dictionaries import MOST_SOURCES, add_sources, add_texts, read_sources, read_texts
from worker.postgres.transaction import Database, transaction

# Full, a dictionary starts again: memory stays flat whatever the number of users.
MOST_REMEMBERED: Final = 300_000

User = tuple[str, str]


class Registry:
    """Remembers the numbers of sources, accounts and users; the database is where they are given."""

    def __init__(self, pool: Database, cell: int) -> None:
        self._pool = pool
        self._cell = cell
        self.sources: dict[str, int] = {}
        self.accounts: dict[str, int] = {}
        self.users: dict[User, int] = {}

    async def number_sources(self, sources: Iterable[str]) -> bool:
        """Give new sources their numbers; False when none is left and their events are hashed instead."""
        wanted = set(sources)
        async with transaction(self._pool) as tx:
            self.sources.update(await read_sources(tx, self._cell))
        missing = wanted - self.sources.keys()
        if missing and len(self.sources) < MOST_SOURCES:
            # In a transaction of its own: a batch that rolls back takes no number with it.
            async with transaction(self._pool) as tx:
                await add_sources(tx, self._cell, missing)
            async with transaction(self._pool) as tx:
                self.sources.update(await read_sources(tx, self._cell))
        return bool(wanted & self.sources.keys())

    async def find_accounts(self, tenants: Collection[str]) -> None:
        """Remember the account numbers of tenants that have one."""
        # Not by `-`, which walks through all that is known.
        missing = set(tenants).difference(self.accounts)
        if not missing:
            return
        if len(self.accounts) > MOST_REMEMBERED:
            # Another one, not the same emptied: a batch under way still reads the former.
            self.accounts = {}
            missing = set(tenants)
        async with transaction(self._pool) as tx:
            self.accounts.update(await find_accounts(tx, self._cell, missing))

    async def number_users(self, users: Collection[User]) -> None:
        """Give the users of known tenants their numbers, and remember them."""
        missing = set(users).difference(self.users)
        if not missing:
            return
        if len(self.users) > MOST_REMEMBERED:
            self.users = {}
            missing = set(users)
        tenants = {self.accounts[user[0]]: user[0] for user in missing if user[0] in self.accounts}
        texts = [(self.accounts[tenant], text) for tenant, text in missing if tenant in self.accounts]
        if not texts:
            return
        async with transaction(self._pool) as tx:
            known = await read_texts(tx, self._cell, texts)
        unknown = [text for text in texts if text not in known]
        if unknown:
            async with transaction(self._pool) as tx:
                await add_texts(tx, self._cell, unknown)
            async with transaction(self._pool) as tx:
                known.update(await read_texts(tx, self._cell, unknown))
        self.users.update({(tenants[account], text): number for (account, text), number in known.items()})

    def forget_users(self) -> None:
        """Look every user up again: use is noted by the day, and who was forgotten is somebody new."""
        self.users = {}
