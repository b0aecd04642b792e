import json
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import yaml

import worker.metrics
from deploy.prometheus.alerting import rules
from tests.tidy.tree import ROOT, project_files
from worker.metrics.catalogue import CATALOGUE, REGISTRY

PROMETHEUS: Final = ROOT / "deploy/prometheus"
GRAFANA: Final = ROOT / "deploy/grafana"
METRIC: Final = re.compile(r"\b(?:talktime|process|python)_[a-z0-9_]+\b")
# A class in braces or a word after `by` is a label, not a metric.
LABELS: Final = re.compile(r"\{[^}]*\}|\b(?:by|without|on|ignoring)\s*\([^)]*\)")


def exported() -> set[str]:
    for module in pkgutil.iter_modules(worker.metrics.__path__):
        import_module(f"worker.metrics.{module.name}")
    suffixes = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
    ours = {f"{entry.name}{suffix}" for entry in CATALOGUE for suffix in suffixes[entry.kind]}
    return ours | {sample.name for family in REGISTRY.collect() for sample in family.samples}


def unknown(expression: str) -> set[str]:
    return set(METRIC.findall(LABELS.sub("", expression))) - exported()


def dashboards() -> list[Path]:
    return [
        ROOT / path for path in project_files() if path.parent.name == "dashboards" and path.suffix == ".json"
    ]


def targets(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON is whatever it holds.
    if isinstance(part, dict):
        if "expr" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from targets(inner)


def test_the_alert_rules_are_those_of_the_catalogue() -> None:
    assert (PROMETHEUS / "rules/talktime.yml").read_text(encoding="utf-8") == rules(), "run make rules"


def test_alerts_ask_only_for_metrics_that_exist() -> None:
    groups = yaml.safe_load((PROMETHEUS / "rules/talktime.yml").read_text(encoding="utf-8"))["groups"]

    asked = {rule["alert"]: unknown(rule["expr"]) for group in groups for rule in group["rules"]}

    assert {alert: names for alert, names in asked.items() if names} == {}


def test_every_alert_is_shown_to_fire() -> None:
    groups = yaml.safe_load((PROMETHEUS / "rules/talktime.yml").read_text(encoding="utf-8"))["groups"]
    tested = (PROMETHEUS / "tests/alerts.yml").read_text(encoding="utf-8")

    alerts = [rule["alert"] for group in groups for rule in group["rules"]]

    assert [alert for alert in alerts if f'alertname="{alert}"' not in tested] == []


def test_tests_of_the_alerts_feed_only_metrics_that_exist() -> None:
    tests = yaml.safe_load((PROMETHEUS / "tests/alerts.yml").read_text(encoding="utf-8"))["tests"]

    series = {fed["series"] for test in tests for fed in test["input_series"]}

    assert {name: unknown(name) for name in series if unknown(name)} == {}


def test_dashboards_ask_only_for_metrics_that_exist() -> None:
    assert dashboards() != []
    for path in dashboards():
        asked = [target["expr"] for target in targets(json.loads(path.read_text(encoding="utf-8")))]

        assert {expression: unknown(expression) for expression in asked if unknown(expression)} == {}, path


def test_dashboards_ask_only_sources_that_are_provided() -> None:
    provided = {
        source["uid"]
        for path in (GRAFANA / "provisioning/datasources").glob("*.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["datasources"]
    }

    for path in dashboards():
        asked = {
            target["datasource"]["uid"] for target in targets(json.loads(path.read_text(encoding="utf-8")))
        }
        assert asked <= provided, path


def test_every_panel_says_what_to_look_for() -> None:
    for path in dashboards():
        panels = json.loads(path.read_text(encoding="utf-8"))["panels"]

        assert [
            panel["title"] for panel in panels if panel["type"] != "row" and not panel["description"]
        ] == []


def test_a_metric_that_does_not_exist_is_noticed() -> None:
    assert unknown('sum by (talktime_no_label) (rate(talktime_nonsense_total{process_x="1"}[5m]))') == {
        "talktime_nonsense_total"
    }
