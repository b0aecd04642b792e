"""A desk with parked records: what a person asks for, and days that close before their time."""

from tests.integration.cases.desk import Desk
from tests.integration.cases.events import moment
from worker.loops.release import release
from worker.transactions.retention import Kept, close_old_days, forward_old_days
from worker.transactions.settle_parked import retry_parked

DAY_S = 86_400
# Everything from ten days ago is closed by these, and by those gone.
FIVE_DAYS = Kept(open_days=5, kept_days=400, persons_days=180, settled_days=90)
SIX_DAYS = FIVE_DAYS._replace(kept_days=1)
LONG_AGO = moment(-10 * DAY_S)


async def retried(desk: Desk, *, vouched: bool = False) -> None:
    """Ask for everything that is parked, and have it looked at."""
    ids = [row["park_id"] for row in await desk.house.pool.fetch("SELECT park_id FROM parked")]
    await retry_parked(desk.house.pool, 0, ids, vouched=vouched, dry_run=False)
    await release(desk.office, 100)


async def closed(desk: Desk) -> None:
    await close_old_days(desk.house.pool, FIVE_DAYS, desk.now_us // 1_000_000)


async def gone(desk: Desk) -> None:
    await closed(desk)
    await forward_old_days(desk.house.pool, SIX_DAYS, desk.now_us // 1_000_000)
