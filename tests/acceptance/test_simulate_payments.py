import json
import re
import signal
from pathlib import Path

from tests.acceptance.up_process import IS_UP, environment, talktime, up


def test_a_payment_service_beside_a_stack_answers_its_tenants(tmp_path: Path) -> None:
    variables = environment(tmp_path / "state")
    options = ("--traffic", "50", "--tenants", "4", "--no-payments")
    with up(tmp_path, *options, variables=variables) as running:
        running.until(IS_UP)
        answering = talktime(
            *("simulate", "payments", "--completed", "1", "--delay", "0", "--for", "12s", "--json"),
            variables=variables,
        )
        assert running.end(signal.SIGTERM) == 0, running.said

    assert answering.returncode == 0, answering.stderr
    found = json.loads(answering.stdout)
    assert found["requests"] >= 1
    assert found["answers"].keys() == {"completed"}
    # Nobody else has answered.
    settled = re.search(r"recharges settled +([0-9,]+)", running.said)
    assert settled is not None
    assert int(settled[1].replace(",", "")) == found["answers"]["completed"]
    assert "completed: " in answering.stderr


def test_a_payment_service_without_a_stack_says_what_is_missing(tmp_path: Path) -> None:
    refused = talktime("simulate", "payments", variables=environment(tmp_path / "state"))

    assert refused.returncode == 3
    assert "TALKTIME_KAFKA_BOOTSTRAP_SERVERS" in refused.stderr
    assert refused.stdout == ""
