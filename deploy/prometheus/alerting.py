"""Writes the alert rules from the catalogue of metrics; `make rules` keeps them.

Each alert repeats what its metric means and what to do about it, so that whoever is called reads the answer
with the call.
"""

import json
import pkgutil
import sys
from importlib import import_module
from typing import Final

import worker.metrics
from worker.metrics.catalogue import CATALOGUE, Entry

HEAD: Final = "# Made from the catalogue in worker/metrics; `make rules` writes it anew.\n"
# The one alert that no metric of ours can carry: nobody is there to export it.
NOBODY_WORKS: Final[dict[str, object]] = {
    "alert": "TalktimeNobodyWorks",
    "expr": 'absent(up{job="talktime"} == 1)',
    "for": "1m",
    "labels": {"severity": "page"},
    "annotations": {
        "summary": "No worker answers: nothing is charged and no recharge is requested.",
        "description": "Start a worker; what was published meanwhile waits in Kafka and is charged then.",
    },
}


def rules() -> str:
    """Render every alert of the catalogue as one file of Prometheus rules."""
    for module in pkgutil.iter_modules(worker.metrics.__path__):
        import_module(f"worker.metrics.{module.name}")
    alerts = [rule(entry) for entry in sorted(CATALOGUE, key=lambda entry: entry.name) if entry.alert]
    return HEAD + "groups:\n  - name: talktime\n    rules:\n" + "".join(map(written, [NOBODY_WORKS, *alerts]))


def rule(entry: Entry) -> dict[str, object]:
    """Turn a metric and its condition into a rule."""
    assert entry.alert is not None
    return {
        "alert": "".join(word.capitalize() for word in entry.name.removesuffix("_total").split("_")),
        "expr": entry.alert.condition,
        "for": entry.alert.holds_for,
        "labels": {"severity": entry.alert.severity},
        "annotations": {"summary": entry.meaning, "description": entry.remedy},
    }


def written(rule: dict[str, object]) -> str:
    """Write one rule as YAML; a JSON string is one in YAML too."""
    lines = []
    for key, value in rule.items():
        if isinstance(value, dict):
            lines += [f"{key}:", *(f"  {name}: {json.dumps(text)}" for name, text in value.items())]
        else:
            lines.append(f"{key}: {value if key == 'alert' else json.dumps(value)}")
    return "      - " + "\n        ".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(rules())
