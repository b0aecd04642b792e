"""Sweeping: how fast a worker does what is due on some of very many accounts that nobody calls."""

import os
from signal import SIGCONT, SIGSTOP
from typing import Final, NamedTuple

from worker.bench.place import Place
from worker.bench.prepare import connected, prepare, settle
from worker.bench.watch import Watched, watch

LOOK_EVERY_S: Final = 0.05

# Below their triggers, and held back until the end of a cooldown.
OPEN: Final = """
    INSERT INTO account (
        cell, account_id, balance_micros, lot_left_micros, lot_expires_s, lot_number, lots_made, depleted,
        opened_hash, tenant_id, currency, timezone, rate_deck, recharge_enabled, trigger_micros,
        recharge_amount_micros, suppressed
    )
    SELECT
        0, number, 5000000, 5000000, 253402300799, 1, 1, false, 0, 'tenant-' || number, 'USD', 'UTC',
        'standard', true, 10000000, 20000000, 'cooldown'
    FROM generate_series(1, $1::integer) AS number
"""

# Spread over all of them, and due since moments of their own.
DUE: Final = """
    UPDATE account SET recharge_due_s = account_id
    WHERE account_id % ($1::integer / $2::integer) = 0
"""

ASKED: Final = "SELECT count(*) FROM recharge"


class Town(NamedTuple):
    """So many accounts, and on how many of them something is due."""

    accounts: int
    due: int


async def sweep_town(place: Place, town: Town, limit_s: float) -> float:
    """Hold a worker still while something falls due, then let it go; accounts a second that have asked."""
    await prepare(place)
    async with connected(place.settings) as connection:
        await connection.execute(OPEN, town.accounts, timeout=limit_s)
        await connection.execute("VACUUM (ANALYZE) account", timeout=limit_s)
        process = await place.start_worker()
        try:
            await settle(connection)
            os.killpg(process.pid, SIGSTOP)
            try:
                await connection.execute(DUE, *town, timeout=limit_s)
            finally:
                os.killpg(process.pid, SIGCONT)

            async def asked() -> int:
                return int(await connection.fetchval(ASKED))

            watched = Watched(connection, [process], place.postmaster)
            found = await watch(asked, town.due, watched, every_s=LOOK_EVERY_S, limit_s=limit_s)
            return found.events_per_s
        finally:
            await process.stop()
