"""Books that grow old: what a desk has charged, and a clock far ahead of the servers' own."""

from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import NOON, call, conference, credit, leg, opened
from tests.integration.cases.house import House
from worker.cli.audit_run import examine
from worker.postgres.transaction import Database
from worker.transactions.retention import Kept

KEPT = Kept(open_days=62, kept_days=400, persons_days=180, settled_days=90)
DAY_S = 86_400
DAY = NOON.date()
MIDNIGHT_S = int(NOON.timestamp()) - DAY_S // 2


def days_after(days: float) -> int:
    """A moment so many days after the day of the calls began."""
    return MIDNIGHT_S + round(days * DAY_S)


async def state(house: House) -> tuple[str, str]:
    """What became of the day of the calls, and of the persons in it."""
    row = await house.pool.fetchrow("SELECT state, persons FROM ledger_day WHERE day = $1", DAY)
    assert row is not None
    return row["state"], row["persons"]


async def flaws(pool: Database) -> list[str]:
    _, proofs = await examine(pool, None)
    return [f"{proof.name}: {example}" for proof in proofs for example in proof.examples]


async def charged_desk(house: House) -> Desk:
    """Has charged a call of a user, a conference that two lots paid, and what cost nothing."""
    desk = await desk_in(house)
    await desk.charge(opened("acme"), credit("acme", "2"), credit("acme", "5"))
    await desk.charge(
        call("acme", user_id="ann"),
        conference("acme", leg("one"), leg("two", rated_number="4930765432")),
        call("acme", rated_number="49301234**", duration_s=0),
    )
    return desk
