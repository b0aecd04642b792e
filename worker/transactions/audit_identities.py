"""Audit the identities of all open days: usage that was charged on two of them."""

from collections.abc import AsyncIterator
from typing import Final

import asyncpg

from worker.postgres.audit import limit_statements
from worker.postgres.audit_identities import Identity, charged_again, page_of_identities
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import Database

PAGE_MS: Final = 1_500
# A quarter of a second's work.
PAGE_ENTRIES: Final = 200_000
# A page of one entry would come back to it for ever.
FEWEST: Final = 1_000


class IdentitiesAudit:
    """Walks along the unique keys of the open days; what is found is in its fields once `steps` has ended."""

    def __init__(self, pool: Database, cell: int) -> None:
        self._pool = pool
        self._cell = cell
        self._limit = PAGE_ENTRIES
        self.examined = 0
        self.repeated: list[str] = []

    async def steps(self) -> AsyncIterator[None]:
        """Look at page after page; each step is a short snapshot."""
        since, found = Identity(), set[Identity]()
        while True:
            try:
                async with snapshot(self._pool) as tx:
                    await limit_statements(tx, PAGE_MS)
                    page = await page_of_identities(tx, self._cell, since, self._limit)
            except asyncpg.QueryCanceledError:
                if self._limit == FEWEST:
                    raise
                self._limit = max(FEWEST, self._limit // 2)
                continue
            found |= page.repeated
            self.examined += page.examined
            yield
            if page.examined < self._limit:
                break
            # It is looked at twice, as the last and as the first.
            self.examined -= 1
            since = page.last
        if found:
            async with snapshot(self._pool) as tx:
                rows = await charged_again(tx, self._cell, found)
            self.repeated = [
                f"{row['tenant_id']}: usage {row['event_key']} is charged on"
                f" {' and '.join(map(str, row['days']))}: void it on all but one"
                for row in rows
            ]
