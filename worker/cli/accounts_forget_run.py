"""A user forgotten: the id is removed in a transaction, and the account shown as it is then."""

import asyncio

import typer

from worker.cli.accounts_read import NOBODY, print_one
from worker.postgres.account_views import find_account
from worker.postgres.snapshot import snapshot
from worker.postgres.transaction import create_pool
from worker.settings.load import load
from worker.transactions.forget_user import forget_user


def forget(tenant: str, user: str, *, as_json: bool) -> bool:
    """Forget a user; whether anything named that user."""

    async def act() -> bool:
        async with await create_pool(load(needs=("postgres",)).postgres, connections=1) as pool:
            async with snapshot(pool) as tx:
                account = await find_account(tx, tenant)
            if account is None:
                typer.echo(NOBODY.format(repr(tenant)), err=True)
                return False
            names = await forget_user(pool, account.cell, tenant, user)
            # The id itself is what is to be forgotten, so no line repeats it.
            typer.echo("forgotten" if names else "nothing names this user", err=True)
            await print_one(pool, tenant, as_json=as_json, besides={"forgotten": names})
            return names > 0

    return asyncio.run(act())
