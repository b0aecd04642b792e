"""Settle dead letters: publish the record again as it was, or let it go."""

import time
from collections.abc import Collection
from uuid import UUID

from worker.postgres.dead_letter_views import lock_letters, settle_letters
from worker.postgres.outbox import SYSTEM_ACCOUNT, Promise, enqueue, take_system_sequence
from worker.postgres.transaction import Database, transaction


async def replay_dead_letters(pool: Database, cell: int, ids: Collection[UUID], *, dry_run: bool) -> int:
    """Promise each record again, on its own topic, and mark it settled; return how many there were.

    Its key, headers and bytes are those it came with, so whoever mends the reader gets the same event.
    """
    async with transaction(pool) as tx:
        letters = await lock_letters(tx, cell, ids)
        if dry_run or not letters:
            return len(letters)
        before = await take_system_sequence(tx, cell, len(letters), time.time_ns() // 1000)
        promises = [
            Promise(SYSTEM_ACCOUNT, sequence, *letter[1:])
            for sequence, letter in enumerate(letters, before + 1)
        ]
        # No account is among them that would need a lane of its own.
        await enqueue(tx, cell, promises, 1)
        await settle_letters(tx, cell, [letter.dead_letter_id for letter in letters], "replayed")
        return len(letters)


async def discard_dead_letters(pool: Database, cell: int, ids: Collection[UUID], *, dry_run: bool) -> int:
    """Mark dead letters as not wanted any more; return how many there were."""
    async with transaction(pool) as tx:
        letters = await lock_letters(tx, cell, ids)
        if not dry_run:
            await settle_letters(tx, cell, [letter.dead_letter_id for letter in letters], "discarded")
        return len(letters)
