import asyncio

import asyncpg
import pytest

from tests.integration.audit_command import CHECKS, AuditCommand, broken
from tests.integration.cases.conftest import built
from tests.integration.cases.events import call, credit, event, opened
from worker.loops.audit import Auditor
from worker.metrics.catalogue import REGISTRY

MISCOUNT = "UPDATE read_position SET records = records + $1, {0} = {0} + $1 WHERE {0} > 0"


async def test_every_record_has_one_outcome_and_a_missing_one_is_found(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        audit = AuditCommand(house, monkeypatch)
        async with house.working():
            await house.charge(
                opened("acme"),
                call("acme"),
                call("later"),
                event("usage", "usage.call", {"tenant_id": "acme"}),
            )
            await house.charge(opened("later"))

            async def is_released() -> bool:
                return bool(await house.value("SELECT count(*) FROM parked WHERE closed_as = 'charged'"))

            await house.until(is_released)
        clean = await audit()
        spoilt = {}
        for column, table in (("charged", "ledger"), ("parked", "parked"), ("dead_lettered", "dead letters")):
            change = MISCOUNT.format(column)
            await house.pool.execute(change, 1)
            spoilt[table] = await audit()
            await house.pool.execute(change, -1)

    assert (clean[0], clean[1]["ok"], clean[1]["tenants"]) == (0, True, 2)
    assert [check["name"] for check in clean[1]["checks"]] == [*CHECKS, "outcomes"]
    for code, document in spoilt.values():
        assert (code, broken(document)) == (1, {"outcomes"})


async def test_calls_that_are_charged_meanwhile_are_no_alarm(
    bootstrap_servers: str, postgres_dsn: str, template: str
) -> None:
    verdicts: list[asyncpg.Record] = []
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working():
        await house.charge(opened("acme"), credit("acme", "5"))
        auditor = Auditor(house.pool, 0, every_s=0)
        await house.send(*(call("acme") for _ in range(2000)))
        reading = asyncio.create_task(house.all_read())
        while not (reading.done() and verdicts):
            await auditor.step()
            verdicts += await house.pool.fetch("SELECT name, ok FROM audit_result")
        await reading

    assert {row["name"] for row in verdicts} == {*CHECKS, "outcomes"}
    assert all(row["ok"] for row in verdicts)
    assert REGISTRY.get_sample_value("talktime_audit_violations", {"check": "outcomes"}) == 0
