"""The registry: texts that have numbers, looked up before a batch's transaction.

All of them are immutable once given, so knowing them early is safe; whatever changes is read under the locks.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from worker.postgres.accounts import find_accounts
from worker.postgres.dictionaries import MOST_SOURCES, Text, add_sources, add_texts, read_sources, read_texts
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

    async def find_accounts(self, tenants: Collection[str]) -> dict[str, int]:
        """Give the account numbers of those tenants that have one, and remember them.

        What is given stays as it is: other loops look tenants up meanwhile, and a batch must not find an
        account known half-way.
        """
        known = self.accounts
        # Not by `-`, which walks through all that is known.
        missing = set(tenants).difference(known)
        if missing and len(known) > MOST_REMEMBERED:
            # Another one, not the same emptied: whoever is looking up still reads the former.
            known = self.accounts = {}
            missing = set(tenants)
        if missing:
            async with transaction(self._pool) as tx:
                known.update(await find_accounts(tx, self._cell, missing))
        return {tenant: known[tenant] for tenant in tenants if tenant in known}

    async def number_users(self, users: Collection[User], accounts: Mapping[str, int]) -> dict[User, int]:
        """Give the users of known tenants their numbers, and remember them."""
        known = self.users
        missing = set(users).difference(known)
        if missing and len(known) > MOST_REMEMBERED:
            known = self.users = {}
            missing = set(users)
        texts = {(accounts[tenant], text): (tenant, text) for tenant, text in missing if tenant in accounts}
        if texts:
            numbers = await self._number_texts(list(texts))
            known.update({texts[text]: number for text, number in numbers.items()})
        return {user: known[user] for user in users if user in known}

    async def _number_texts(self, texts: Sequence[Text]) -> dict[Text, int]:
        async with transaction(self._pool) as tx:
            known = await read_texts(tx, self._cell, texts)
        unknown = [text for text in texts if text not in known]
        if unknown:
            async with transaction(self._pool) as tx:
                await add_texts(tx, self._cell, unknown)
            async with transaction(self._pool) as tx:
                known.update(await read_texts(tx, self._cell, unknown))
        return known

    def forget_users(self) -> None:
        """Look every user up again: use is noted by the day, and who was forgotten is somebody new."""
        self.users = {}
