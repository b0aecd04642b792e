import socket
from pathlib import Path

import pytest

from tests.acceptance.up_process import environment, talktime


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param(("--for", "3x"), "30s, 5m or 1h", id="no time"),
        pytest.param(("--for", "0s"), "30s, 5m or 1h", id="no time at all"),
        pytest.param(("--traffic", "nan"), "--traffic", id="no rate"),
        pytest.param(("--traffic", "-1"), "--traffic", id="a rate below 0"),
        pytest.param(("--tenants", "0"), "--tenants", id="nobody"),
        pytest.param(("--port-base", "65535"), "--port-base", id="no room for three ports"),
    ],
)
def test_a_wrong_option_is_named_before_anything_starts(
    options: tuple[str, ...], words: str, tmp_path: Path, state: Path
) -> None:
    refused = talktime("up", "--data", str(tmp_path / "data"), *options, variables=environment(state))
    assert refused.returncode == 2
    assert words in refused.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = talktime("up", "--port-base", str(port), variables=environment(state))
    assert refused.returncode == 3
    assert f"port {port} is in use" in refused.stderr


def test_a_data_folder_that_is_a_file_is_named(tmp_path: Path, state: Path) -> None:
    (tmp_path / "file").touch()
    refused = talktime("up", "--data", str(tmp_path / "file"), variables=environment(state))
    assert refused.returncode == 3
    assert "cannot be a folder" in refused.stderr
