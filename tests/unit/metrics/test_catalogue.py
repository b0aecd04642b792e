import re
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules

import pytest
from prometheus_client import generate_latest

import worker.metrics
from worker.metrics.catalogue import CATALOGUE, REGISTRY, Entry

for module in iter_modules(worker.metrics.__path__):
    import_module(f"worker.metrics.{module.name}")

# A label with many values makes a series for each; these name people.
TELLING = {"tenant", "tenant_id", "account", "number", "user", "user_id"}


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_every_metric_says_what_it_means_and_what_to_do(entry: Entry) -> None:
    assert entry.meaning.endswith(".")
    assert entry.remedy.endswith(".")
    assert entry.name.startswith("talktime_")
    assert not TELLING & set(entry.labels)


def test_no_metric_is_entered_twice() -> None:
    names = [entry.name for entry in CATALOGUE]

    assert sorted(set(names)) == sorted(names)


def test_a_reader_of_metrics_reads_the_remedy_too() -> None:
    page = generate_latest(REGISTRY).decode()

    assert all(f"# HELP {entry.name} {entry.meaning} {entry.remedy}" in page for entry in CATALOGUE)


def test_the_page_has_every_metric_whoever_asks_for_it() -> None:
    code = (
        "import sys; from worker.metrics.exposition import exposition; sys.stdout.buffer.write(exposition())"
    )
    page = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert [entry.name for entry in CATALOGUE if f"# TYPE {entry.name} {entry.kind}" not in page] == []


def test_alerts_speak_of_metrics_that_exist() -> None:
    exported = {name for entry in CATALOGUE for name in (entry.name, f"{entry.name}_bucket")}
    conditions = [entry.alert.condition for entry in CATALOGUE if entry.alert]

    named = {name for condition in conditions for name in re.findall(r"talktime_\w+", condition)}

    assert named
    assert named <= exported
