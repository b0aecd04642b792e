"""`talktime rates rerate`: shows what the prices that hold now change, then charges again."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

import typer

from worker.app.furnish import furnish
from worker.cli.output import print_json_rows, print_table
from worker.domain.entry import DAY_S
from worker.domain.micros import format_micros
from worker.domain.rerating import Difference, Window
from worker.postgres.account_views import find_account
from worker.postgres.rerating import accounts_of_deck, days_to_revise
from worker.postgres.transaction import create_pool, transaction
from worker.settings.load import load
from worker.transactions.gather import day_start
from worker.transactions.office import Office
from worker.transactions.rerate import candidates, rerate_charges

if TYPE_CHECKING:
    from worker.postgres.transaction import Database

ACCOUNTS_AT_ONCE: Final = 500
COLUMNS: Final = ("tenant_id", "destination", "entries", "old", "new", "difference")


class Asked(NamedTuple):
    """What shall be charged again: a window, of one tenant or of all."""

    window: Window
    tenant_id: str | None


class Counts:
    """What came to light beside the differences."""

    def __init__(self) -> None:
        self.entries = 0
        self.unpriced = 0


def rerate_stored(asked: Asked, *, dry_run: bool, as_json: bool) -> bool:
    """Show the differences, then charge again; whether there was anything to change."""

    async def run() -> bool:
        async with furnished() as office:
            await check(asked, office)
            shown = Counts()
            any_shown = await show(differences(asked, office, shown, dry_run=True), as_json=as_json)
            if shown.unpriced:
                typer.echo(f"{shown.unpriced} charges have no price now: they keep theirs", err=True)
            if any_shown and not dry_run:
                await charge_again(asked, office)
            return any_shown

    return asyncio.run(run())


async def charge_again(asked: Asked, office: Office) -> None:
    """Charge again what differs; interrupted, the same command goes on where this one was."""
    done = Counts()
    async for _ in differences(asked, office, done, dry_run=False):
        pass
    typer.echo(f"{done.entries} charges were returned and made again", err=True)


async def differences(
    asked: Asked, office: Office, counts: Counts, *, dry_run: bool
) -> AsyncIterator[Difference]:
    """Give the differences by tenant and destination, account by account."""
    after = 0
    while True:
        async with transaction(office.pool) as tx:
            tenants = await accounts_of_deck(
                tx, office.cell, after, asked.window.deck, asked.tenant_id, ACCOUNTS_AT_ONCE
            )
        if not tenants:
            return
        sums: Counter[tuple[str, str, str]] = Counter()
        async for keys in candidates(office, asked.window, list(tenants.values())):
            rerated = await rerate_charges(
                office, asked.window, tenants, keys, time.time_ns() // 1000, dry_run=dry_run
            )
            counts.unpriced += rerated.unpriced
            counts.entries += rerated.entries
            for one in rerated.differences:
                for name in ("entries", "old_micros", "new_micros"):
                    sums[one.tenant_id, one.destination, name] += getattr(one, name)
        for one in summed(sums, tenants):
            yield one
        after = max(tenants.values())


def summed(sums: Mapping[tuple[str, str, str], int], tenants: Mapping[str, int]) -> Iterator[Difference]:
    """Give each tenant's destinations, in the order of the tenants."""
    for tenant, destination in sorted({key[:2] for key in sums}, key=lambda one: (tenants[one[0]], one[1])):
        figures = (sums[tenant, destination, name] for name in ("entries", "old_micros", "new_micros"))
        yield Difference(tenant, destination, *figures)


async def show(found: AsyncIterator[Difference], *, as_json: bool) -> bool:
    """Print the differences; whether there is any."""
    if as_json:

        async def documents() -> AsyncIterator[Mapping[str, object]]:
            async for one in found:
                yield document(one)

        return bool(await print_json_rows(documents()))
    rows = [list(document(one).values()) async for one in found]
    if rows:
        print_table(COLUMNS, rows)
    else:
        typer.echo("nothing costs another amount now", err=True)
    return bool(rows)


def document(one: Difference) -> dict[str, object]:
    """Write a difference; more is charged where it is above 0."""
    amounts = (one.old_micros, one.new_micros, one.new_micros - one.old_micros)
    return dict(zip(COLUMNS, (*one[:3], *map(format_micros, amounts)), strict=True))


async def check(asked: Asked, office: Office) -> None:
    """Refuse what cannot be meant, saying what is allowed."""
    window = asked.window
    if window.deck not in office.decks.by_name:
        decks = ", ".join(sorted(office.decks.by_name)) or "none"
        raise typer.BadParameter(f"there is no deck {window.deck!r}; decks are: {decks}", param_hint="--deck")
    if window.from_s >= window.to_s:
        raise typer.BadParameter("must be after --from", param_hint="--to")
    async with transaction(office.pool) as tx:
        days = await days_to_revise(tx)
        account = await find_account(tx, asked.tenant_id) if asked.tenant_id else None
    if asked.tenant_id and account is None:
        raise typer.BadParameter(f"no account for tenant {asked.tenant_id!r}", param_hint="--tenant")
    first_s, end_s = day_start(days[0]), day_start(days[-1]) + DAY_S
    if window.from_s < first_s:
        detail = f"usage from before {rfc3339(first_s)} stands on days that are no longer open"
        raise typer.BadParameter(f"{detail}: its charges are final", param_hint="--from")
    if window.to_s > end_s:
        raise typer.BadParameter(f"at most {rfc3339(end_s)}: no usage is later", param_hint="--to")


def rfc3339(moment_s: int) -> str:
    """Write a moment in UTC."""
    return datetime.fromtimestamp(moment_s, UTC).isoformat().replace("+00:00", "Z")


@asynccontextmanager
async def furnished() -> AsyncIterator[Office]:
    """Give what a worker's transactions have at hand, without a broker."""
    settings = load(needs=("postgres",))
    pool: Database
    async with await create_pool(settings.postgres, connections=1) as pool:
        yield await furnish(settings, pool, "")
