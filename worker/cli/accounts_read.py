"""What the accounts commands read: one account, or all of them, page by page."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Final

import typer

from worker.cli.accounts_documents import (
    Document,
    Shown,
    account_document,
    print_account,
    print_accounts,
)
from worker.cli.output import print_json, print_json_rows
from worker.domain.calendar import Timezones, month_of
from worker.postgres.account_views import (
    AccountView,
    Chosen,
    find_account,
    lots_left,
    open_requests,
    page_of_accounts,
)
from worker.postgres.allowance_views import allowances_held
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database, Transaction, create_pool
from worker.settings.load import load

PAGE_ROWS: Final = 500

NOBODY: Final = "no account for tenant {}: `talktime accounts open` opens one, `accounts list` names them"


def show_one(tenant: str, *, as_json: bool) -> bool:
    """Show a tenant's account; whether there is one."""

    async def show() -> bool:
        async with await create_pool(load(needs=("postgres",)).postgres, connections=1) as pool:
            return await print_one(pool, tenant, as_json=as_json)

    return asyncio.run(show())


async def print_one(pool: Database, tenant: str, *, as_json: bool, besides: Document | None = None) -> bool:
    """Print a tenant's account and what else is to be said of it; whether there is one."""
    found = await _read_one(pool, tenant)
    if found is not None and as_json:
        print_json(account_document(found) | (besides or {}))
    elif found is not None:
        print_account(found)
    elif besides is None:
        typer.echo(NOBODY.format(repr(tenant)), err=True)
    elif as_json:
        print_json({"tenant_id": tenant} | besides)
    return found is not None


async def _read_one(pool: Database, tenant: str) -> Shown | None:
    async with snapshot(pool) as tx:
        account = await find_account(tx, tenant)
        if account is None:
            return None
        (shown,) = await _with_more(tx, account.cell, [account])
        return shown._replace(lots=await lots_left(tx, account.cell, account.account_id))


async def _with_more(tx: Transaction, cell: int, accounts: Sequence[AccountView]) -> list[Shown]:
    """Read what stands beside some accounts of a cell; bundles as they stand in each tenant's month."""
    now_s = int(time.time())
    months = [
        (account.account_id, month_of(Timezones(account.timezone, account.former_timezones), now_s))
        for account in accounts
    ]
    requests = await open_requests(tx, cell, (account.account_id for account in accounts))
    allowances = await allowances_held(tx, cell, months)
    return [
        Shown(account, requests[account.account_id], allowances[account.account_id]) for account in accounts
    ]


def show_all(chosen: Chosen, *, as_json: bool) -> bool:
    """List the accounts that were chosen; whether there is any."""

    async def show() -> bool:
        async with await create_pool(load(needs=("postgres",)).postgres, connections=1) as pool:
            if as_json:
                return bool(await print_json_rows(_documents(pool, chosen)))
            found = False
            async for page in _pages(pool, chosen):
                found = True
                print_accounts(shown.account for shown in page)
            if not found:
                typer.echo("no such account", err=True)
            return found

    return asyncio.run(show())


async def _documents(pool: Database, chosen: Chosen) -> AsyncIterator[Document]:
    async for page in _pages(pool, chosen):
        for shown in page:
            yield account_document(shown)


async def _pages(pool: Database, chosen: Chosen) -> AsyncIterator[list[Shown]]:
    """Read page by page, no transaction open while the reader takes its time."""
    async with snapshot(pool) as tx:
        cells = await read_cells(tx)
    for cell in cells:
        last_id = 0
        while True:
            async with snapshot(pool) as tx:
                accounts = await page_of_accounts(tx, cell, last_id, PAGE_ROWS, chosen)
                page = await _with_more(tx, cell, accounts)
            if not page:
                break
            last_id = page[-1].account.account_id
            yield page
