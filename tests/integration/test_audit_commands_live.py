import asyncio
from datetime import timedelta

import asyncpg
import pytest

from tests.integration.audit_command import AuditCommand, broken
from tests.integration.cases.conftest import built
from tests.integration.cases.desk import desk_in
from tests.integration.cases.events import NOON, call, credit, event, moment, opened
from worker.domain.proof import CHECKS
from worker.loops.audit import Auditor
from worker.metrics.catalogue import REGISTRY
from worker.transactions import audit_identities

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
    assert [check["name"] for check in clean[1]["checks"]] == list(CHECKS)
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

    assert {row["name"] for row in verdicts} == set(CHECKS)
    assert all(row["ok"] for row in verdicts)
    assert REGISTRY.get_sample_value("talktime_audit_violations", {"check": "outcomes"}) == 0


async def test_usage_on_two_open_days_is_found_and_named(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = "b8a0c9c2-7a53-4f3e-9d8a-0f6f6f0b7c11"
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        audit = AuditCommand(house, monkeypatch)
        desk = await desk_in(house)
        await desk.charge(
            opened("acme"), opened("globex"), credit("acme", "9"), call("acme", one), call("acme", "any"),
            call("globex", one), call("acme", one, source="/tests/other"),
        )  # fmt: skip
        clean = await audit()
        await desk.charge(
            call("acme", one, started_at=moment(-2 * 86_400)),
            call("acme", "any", started_at=moment(-3 * 86_400)),
        )
        found = await audit()

    assert clean[1]["ok"]
    assert (found[0], broken(found[1])) == (1, {"identities"})
    (check,) = [check for check in found[1]["checks"] if check["name"] == "identities"]
    assert check["violations"] == 2
    both_days = f"{NOON.date() - timedelta(days=2)} and {NOON.date()}"
    assert any(f"acme: usage {one} is charged on {both_days}" in one_of for one_of in check["examples"])


async def test_identities_are_paged_through_without_losing_a_pair(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with built(bootstrap_servers, postgres_dsn, template) as house:
        desk = await desk_in(house)
        await desk.charge(opened("acme"), credit("acme", "99"))
        for day in range(3):
            await desk.charge(*(call("acme", str(n), started_at=moment(-day * 86_400)) for n in range(20)))
        monkeypatch.setattr(audit_identities, "PAGE_ENTRIES", 7)
        audit = audit_identities.IdentitiesAudit(house.pool, 0)
        async for _ in audit.steps():
            pass

    # What stands at the edge of a page may be met twice.
    assert audit.examined >= 61
    assert len(audit.repeated) == 20
