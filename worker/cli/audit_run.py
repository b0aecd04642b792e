"""What the audit command does: one pass over every cell."""

import time
from contextlib import closing

import typer

from worker.cli.accounts_read import NOBODY
from worker.cli.audit_view import AuditView
from worker.cli.exits import BAD_NEWS, CommandError
from worker.cli.output import print_json, print_table
from worker.cli.settling import with_pool
from worker.codec.times import rfc3339
from worker.domain.proof import Proof
from worker.postgres.audit_results import keep_results
from worker.postgres.snapshot import read_cells, snapshot
from worker.postgres.transaction import Database, transaction
from worker.transactions.audit import Audit


def run(tenant: str | None, *, as_json: bool) -> bool:
    """Audit everything, or one tenant; whether all is well."""

    async def act(pool: Database) -> bool:
        tenants, proofs = await examine(pool, tenant)
        if tenant is not None and not tenants:
            raise CommandError(BAD_NEWS, NOBODY.format(repr(tenant)))
        ok = all(proof.ok for proof in proofs)
        if as_json:
            print_json(
                {
                    "ok": ok,
                    "checked_at": rfc3339(int(time.time())),
                    "tenants": tenants,
                    "checks": [_document(proof) for proof in proofs],
                }
            )
        else:
            _tell(tenants, proofs)
        return ok

    return with_pool(act)


async def examine(pool: Database, tenant: str | None) -> tuple[int, list[Proof]]:
    """Make a complete pass; return how many tenants there were, and what each check found.

    On a terminal it shows how far it is, on standard error.
    """
    async with snapshot(pool) as tx:
        cells = await read_cells(tx)
    tenants = 0
    total: dict[str, Proof] = {}
    for cell in cells:
        audit = Audit(pool, cell, tenant)
        with closing(AuditView()) as view:
            while await audit.advance():
                view.show(audit.progress)
        if tenant is None:
            async with transaction(pool) as tx:
                await keep_results(tx, cell, audit.proofs)
        tenants += audit.accounts
        for proof in audit.proofs:
            total.setdefault(proof.name, Proof(proof.name)).merge(proof)
    return tenants, list(total.values())


def _document(proof: Proof) -> dict[str, object]:
    return {
        "name": proof.name,
        "ok": proof.ok,
        "examined": proof.examined,
        "violations": proof.violations,
        "examples": proof.examples,
    }


def _tell(tenants: int, proofs: list[Proof]) -> None:
    rows = [(proof.name, "ok" if proof.ok else "DRIFT", proof.examined, proof.violations) for proof in proofs]
    print_table(("check", "result", "examined", "violations"), rows)
    for proof in proofs:
        for example in proof.examples:
            typer.echo(f"{proof.name}: {example}")
    typer.echo(f"{tenants} tenants, {'all is well' if all(proof.ok for proof in proofs) else 'drift'}")
