"""kill -9 in the middle of a re-rating: what is done stays done, the rest is done once by the next one."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Final

import pytest

from tests.faults.books import A_MOMENT, balances, drained, prove
from tests.faults.published_events import DECK, call, credit, opened, publish
from tests.faults.worker_process import environment, working
from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow
from worker.embedded.ports import free_port
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.transactions.import_deck import Imported, import_deck

TENANTS: Final = [f"tenant-{number}" for number in range(3)]
CALLS: Final = 500
KILLS: Final = 4
REVISIONS: Final = "SELECT count(*) FROM ledger_entry WHERE kind = 6"
UNEVEN: Final = """
    SELECT count(*) FILTER (WHERE kind = 3) - count(*) FILTER (WHERE kind = 6) FROM ledger_entry
"""


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("deck")
async def test_case_15_a_rerating_that_is_killed_again_and_again_charges_every_call_once(
    settings: Settings, pool: Database, tmp_path: Path
) -> None:
    topics = settings.topics
    random = Random(15)
    async with working(settings, tmp_path / "worker.log"):
        await publish(
            settings.kafka,
            [
                record
                for tenant in TENANTS
                for record in (opened(topics.accounts, tenant), credit(topics.accounts, tenant, "100.00"))
            ],
        )
        await drained(pool, settings)
        await publish(
            settings.kafka,
            [call(topics.usage, tenant, number) for tenant in TENANTS for number in range(CALLS)],
        )
        await drained(pool, settings)
        await double_prices(pool)

        killed_half_way = 0
        for _ in range(KILLS):
            before = await pool.fetchval(REVISIONS)
            process = await rerating(settings, tmp_path / "rerate.log")
            async with asyncio.timeout(60):
                while await pool.fetchval(REVISIONS) == before and process.returncode is None:
                    await pool.execute(A_MOMENT)
            await pool.execute("SELECT pg_sleep($1)", random.uniform(0, 0.05))
            if process.returncode is None:
                process.send_signal(SIGKILL)
                killed_half_way += 1
            await process.wait()
            assert await pool.fetchval(UNEVEN) == 0
        last = await rerating(settings, tmp_path / "rerate.log")
        assert await last.wait() in {0, 1}, (tmp_path / "rerate.log").read_text()

    assert killed_half_way
    assert await pool.fetchval(REVISIONS) == CALLS * len(TENANTS)
    assert await balances(pool) == dict.fromkeys(TENANTS, 100_000_000 - CALLS * 20_000)
    await prove(pool)


async def double_prices(pool: Database) -> None:
    """Two cents a minute, since the day before yesterday."""
    from_s = int((datetime.now(UTC) - timedelta(days=2)).timestamp())
    rows = [TariffRow("", "", "", str(digit), "anywhere", 0, 0, 20_000) for digit in range(1, 9)]
    version = NewVersion(DECK, "USD", VersionTerms(from_s, "UTC"), rows)
    assert isinstance(await import_deck(pool, version, retroactive=True), Imported)


async def rerating(settings: Settings, log: Path) -> asyncio.subprocess.Process:
    now = datetime.now(UTC)
    window = ("--from", (now - timedelta(days=2)).isoformat(), "--to", now.isoformat())
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", "rates", "rerate", "--deck", DECK, *window,
            env=environment(settings, free_port()), stdout=file, stderr=file,
        )  # fmt: skip
