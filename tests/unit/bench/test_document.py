import json
from pathlib import Path

import pytest

from worker.bench.document import NotABenchmarkError, document, read_values
from worker.bench.rounds import Measured


def test_a_document_can_be_compared_with(tmp_path: Path) -> None:
    path = tmp_path / "earlier.json"
    path.write_text(json.dumps(document(Measured({}, {}, {"worker_1": [80_000.0]}), None)), encoding="utf-8")

    assert read_values(path) == {"worker_1": 80_000}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"figures": 3}', '{"figures": [{"name": "p99"}]}', "[" * 100_000]
)
def test_a_file_that_is_no_benchmark_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(NotABenchmarkError, match=r"other\.json: not what"):
        read_values(path)


def test_a_missing_file_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(NotABenchmarkError, match=r"absent\.json: No such file"):
        read_values(tmp_path / "absent.json")
