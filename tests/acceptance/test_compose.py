import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from aiokafka import AIOKafkaConsumer

from tests.acceptance.composed import ROOT, Composed, composed

pytestmark = [
    pytest.mark.skipif(
        os.environ.get("TALKTIME_TEST_DOCKER") != "1",
        reason="left out: docker-compose.yml needs a Docker engine, and TALKTIME_TEST_DOCKER=1 to use it",
    ),
    # Building an image and starting five servers may take longer than any other test.
    pytest.mark.timeout(1200),
]

SCRAPED_WITHIN_S: Final = 30
TALKTIME: Final = Path(sys.executable).with_name("talktime")
DECK: Final = "service,prefix,label,price_per_minute,initial_s,increment_s\noutbound,49,Germany,0.10,60,60\n"
CALLS: Final = 30


@pytest.fixture(scope="module")
def stack() -> Iterator[Composed]:
    with composed() as running:
        yield running


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("deck") / "deck.csv"
    file.write_text(DECK, encoding="utf-8")
    file.chmod(0o644)
    file.parent.chmod(0o755)
    return file


@pytest.fixture(scope="module")
def acme(stack: Composed, deck: Path) -> dict[str, Any]:
    """Open an account of 10 dollars that asks for 20 more below 8."""
    terms = "--deck standard --currency USD --timezone UTC --effective-from 2026-01-01T00:00:00Z"
    bring = ("run", "--rm", "--no-TTY", "--no-deps", "--volume", f"{deck}:/deck.csv:ro", "worker")
    stack.compose(*bring, "rates", "import", "/deck.csv", *terms.split())
    stack.talktime("accounts", "open", "acme", "--currency=USD", "--timezone=UTC", "--rate-deck=standard")
    stack.talktime("accounts", "add-credit", "acme", "10", "--already-paid=first")
    stack.talktime("accounts", "auto-recharge", "acme", "--trigger=8", "--amount=20")
    account: dict[str, Any] = stack.talktime("accounts", "show", "acme")
    return account


@pytest.fixture(scope="module")
def cdr_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write calls of a minute each: 3 dollars together."""
    start = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    file = tmp_path_factory.mktemp("cdr") / "calls.jsonl"
    calls = [
        {
            "tenant_id": "acme",
            "service": "outbound",
            "rated_number": f"+4930{1_000_000 + number}",
            "number_type": "toll",
            "started_at": (start + timedelta(seconds=number)).isoformat(),
            "duration_s": 60,
        }
        for number in range(CALLS)
    ]
    file.write_text("".join(f"{json.dumps(call)}\n" for call in calls), encoding="utf-8")
    return file


def publish(stack: Composed, file: Path) -> dict[str, Any]:
    settings = {"TALKTIME_KAFKA_BOOTSTRAP_SERVERS": stack.kafka}
    command = [str(TALKTIME), "publish", str(file), "--format", "jsonl", "--json"]
    run = subprocess.run(command, env=os.environ | settings, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    report: dict[str, Any] = json.loads(run.stdout)
    return report


async def first_request(kafka: str, tenant: str) -> dict[str, Any]:
    """Wait for a tenant's first recharge request, as a payment service would read it."""
    consumer = AIOKafkaConsumer("talktime.recharges", bootstrap_servers=kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async for record in consumer:
            event: dict[str, Any] = json.loads(record.value)
            if event["type"] == "talktime.recharge.requested.v1" and event["data"]["tenant_id"] == tenant:
                data: dict[str, Any] = event["data"]
                return data
    finally:
        await consumer.stop()
    raise AssertionError("the consumer ended")


def test_a_new_account_has_what_was_paid(acme: dict[str, Any]) -> None:
    assert (Decimal(acme["balance"]), acme["currency"], acme["open_requests"]) == (Decimal(10), "USD", [])


@pytest.mark.usefixtures("acme")
async def test_a_published_cdr_file_ends_in_one_recharge_request(stack: Composed, cdr_file: Path) -> None:
    assert publish(stack, cdr_file)["published"] == CALLS

    request = await first_request(stack.kafka, "acme")

    assert (Decimal(request["amount"]), request["currency"], request["reason"]) == (
        Decimal(20),
        "USD",
        "trigger",
    )
    account = stack.talktime("accounts", "show", "acme")
    assert Decimal(account["balance"]) == 7
    assert stack.talktime("audit")["ok"]
    assert [pending["recharge_id"] for pending in account["open_requests"]] == [request["recharge_id"]]


def test_the_worker_runs_without_rights_and_cannot_change_its_image(stack: Composed) -> None:
    script = "id -u; touch /opt/talktime/changed || echo refused; command -v pip || echo no pip"

    seen = stack.compose("exec", "--no-TTY", "worker", "sh", "-c", script).stdout.split("\n")

    assert seen[:3] == ["10001", "refused", "no pip"]


def test_prometheus_reads_the_worker_and_every_panel_has_a_valid_question(stack: Composed) -> None:
    deadline = time.monotonic() + SCRAPED_WITHIN_S
    workers: list[Any] = []
    # The first scrape comes when its interval is over.
    while not workers and time.monotonic() < deadline:
        workers = stack.ask(f"{stack.prometheus}/api/v1/query?query=sum(up)")["data"]["result"]
    rules = stack.ask(f"{stack.prometheus}/api/v1/rules")["data"]["groups"]

    assert [worker["value"][1] for worker in workers] == ["1"]
    assert {rule["health"] for group in rules for rule in group["rules"]} <= {"ok", "unknown"}
    dashboard = json.loads((ROOT / "deploy/grafana/dashboards/talktime.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            question = urlencode({"query": target["expr"].replace("$__rate_interval", "1m")})
            assert stack.ask(f"{stack.prometheus}/api/v1/query?{question}")["status"] == "success"


def test_grafana_is_well(stack: Composed) -> None:
    assert stack.ask(f"{stack.grafana}/api/health")["database"] == "ok"


def test_everything_survives_a_restart(stack: Composed, acme: dict[str, Any]) -> None:
    stack.compose("restart", "--timeout=30", timeout_s=300)
    stack.compose("up", "--wait", timeout_s=300)

    assert stack.talktime("accounts", "show", "acme")["tenant_id"] == acme["tenant_id"]
