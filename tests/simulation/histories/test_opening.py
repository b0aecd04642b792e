"""What an account's first batch may hold beside its opening."""

from tests.simulation.histories.author import FIRST_S
from tests.simulation.histories.clerk import Clerk
from tests.simulation.histories.happening import Happening
from worker.postgres.transaction import Database

USERS = """
    SELECT dictionary.text FROM ledger_entry AS entry
    LEFT JOIN dictionary
        ON dictionary.cell = 0 AND dictionary.account_id = entry.account_id AND text_id = user_number
    WHERE entry.cell = 0 AND entry.kind = 1
    ORDER BY 1
"""


def call(event_id: str, user_id: str) -> Happening:
    data = {"service": "outbound", "rated_number": "4930123456", "number_type": "toll", "duration_s": 60}
    return Happening("usage.call", event_id, {**data, "started_at": FIRST_S, "user_id": user_id})


async def test_who_calls_in_the_batch_that_opens_the_account_is_known_afterwards(
    clerk: Clerk, pool: Database
) -> None:
    data = {"currency": "USD", "timezone": "UTC", "rate_deck": "standard"}
    opened = Happening("account.opened", "opening", dict(data))

    await clerk.settle(
        [("acme", opened), ("acme", call("c-1", "anna")), ("acme", call("c-2", "bert"))], FIRST_S
    )
    await clerk.settle([("acme", call("c-3", "anna"))], FIRST_S + 60)

    assert [row["text"] for row in await pool.fetch(USERS)] == ["anna", "anna", "bert"]
