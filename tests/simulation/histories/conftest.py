"""The database server of the integration tests, a fresh database of it, and a clerk who knows the prices."""

import pytest

from tests.integration.conftest import dsn, pool, postgres_dsn, template
from tests.simulation.histories.author import DAY_S, FIRST_S
from tests.simulation.histories.clerk import Clerk, hire
from tests.simulation.histories.slow_prices import PRICES
from worker.app.furnish import furnish
from worker.domain.tariff import NewVersion, VersionTerms
from worker.domain.tariff_row import TariffRow, canonical_order
from worker.postgres.transaction import Database
from worker.settings.model import Settings
from worker.settings.servers import Postgres
from worker.transactions.import_deck import Imported, import_deck

__all__ = ["clerk", "dsn", "pool", "postgres_dsn", "template"]


@pytest.fixture
async def clerk(pool: Database, dsn: str) -> Clerk:
    rows = [
        TariffRow("", "", "", prefix, prefix, price.fee, from_s, a_minute, price.initial_s, increment)
        for prefix, price in PRICES.items()
        for from_s, a_minute, increment in price.steps
    ]
    version = NewVersion("standard", "USD", VersionTerms(0, "UTC"), sorted(rows, key=canonical_order))
    assert isinstance(await import_deck(pool, version), Imported)
    office = await furnish(Settings(postgres=Postgres(dsn=dsn)), pool, "a cluster")
    return await hire(office, FIRST_S - 25 * DAY_S, FIRST_S + 36 * DAY_S)
