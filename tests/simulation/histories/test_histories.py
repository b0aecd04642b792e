"""Random histories of credit, beside an accountant who keeps the same books by hand."""

import os
from random import Random

import pytest

from tests.simulation.histories.accountant import Accountant
from tests.simulation.histories.author import History, moments, write_history
from tests.simulation.histories.bundle_book import BundleBook
from tests.simulation.histories.clerk import Books, Clerk
from tests.simulation.histories.happening import Happening
from tests.simulation.histories.purse import Purse
from worker.postgres.transaction import Database
from worker.transactions.audit import Audit

TOWNS = int(os.environ.get("TALKTIME_TEST_HISTORY_TOWNS", "20"))
TENANTS = 100


@pytest.mark.timeout(900)
async def test_books_kept_by_hand_agree_after_every_batch(
    clerk: Clerk, pool: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    """Usage on time, late and twice, voids, corrections, credits, expiries, reversals, bundles."""
    for town in range(TOWNS):
        await live(clerk, town)

    audit = Audit(pool, 0)
    while await audit.advance():
        pass
    assert [(proof.name, proof.examples) for proof in audit.proofs if not proof.ok] == []
    with capsys.disabled():
        print(f" {TOWNS * TENANTS} histories agreed with the accountant")  # noqa: T201 -- Says how many.


async def live(clerk: Clerk, town: int) -> None:
    """Let the tenants of one town live side by side, and compare all books after every batch."""
    at = moments(Random(town))
    histories = {f"t-{town}-{one}": write_history(Random(f"{town} {one}"), at) for one in range(TENANTS)}
    by_hand = {tenant: accountant_of(history) for tenant, history in histories.items()}
    await clerk.settle([(tenant, opening(history)) for tenant, history in histories.items()], at[0])
    for number, now_s in enumerate(at):
        batches = {tenant: history.batches[number] for tenant, history in histories.items()}
        await clerk.settle([(tenant, one) for tenant, batch in batches.items() for one in batch], now_s)
        found = await clerk.books(list(histories))
        for tenant, batch in batches.items():
            by_hand[tenant].settle(batch, now_s)
            # What waited for a payment, say, is looked at again.
            by_hand[tenant].look_again()
            assert found[tenant] == written(by_hand[tenant]), told(tenant, at, histories[tenant], number)


def told(tenant: str, at: list[int], history: History, number: int) -> str:
    """Tell a history up to where the books differ."""
    steps = zip(at[: number + 1], history.batches, strict=False)
    lines = [f"{now_s}: {one}" for now_s, batch in steps for one in batch]
    return "\n".join([f"{tenant} in {history.timezone} after:", *lines])


def opening(history: History) -> Happening:
    data = {"currency": "USD", "timezone": history.timezone, "rate_deck": "standard"}
    return Happening("account.opened", "opening", dict(data))


def accountant_of(history: History) -> Accountant:
    return Accountant(Purse(history.timezone), BundleBook(history.timezone))


def written(accountant: Accountant) -> Books:
    """Write the accountant's books as the database has its own."""
    purse = accountant.purse
    return Books(
        purse.balance,
        purse.debt,
        [(lot.kind, lot.amount, lot.left, lot.forfeited) for lot in purse.lots],
        {key: used for key, used in accountant.bundles.used.items() if used},
    )
