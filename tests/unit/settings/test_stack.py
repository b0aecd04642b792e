import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from worker.settings.complaint import SettingsError
from worker.settings.load import effective, load

Register = Callable[..., str]


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": str(tmp_path)}


@pytest.fixture
def register(tmp_path: Path, home: dict[str, str]) -> Iterator[Register]:
    """Registers a stack as `up` does, its broker a port that answers; returns the broker's address."""
    folder = Path(home["XDG_STATE_HOME"]) / "talktime" / "up"
    folder.mkdir(parents=True)
    with ExitStack() as listeners:

        def registered(name: str, *, pid: int = os.getpid(), answers: bool = True) -> str:
            listener = socket.create_server(("127.0.0.1", 0))
            address = f"127.0.0.1:{listener.getsockname()[1]}"
            if answers:
                listeners.enter_context(listener)
            else:
                listener.close()
            document = {
                "kafka": address,
                "postgres": f"postgresql://talktime@127.0.0.1/{name}",
                "http": "http://127.0.0.1:8123",
                "pid": pid,
                "data": str(tmp_path / name),
            }
            (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
            return address

        yield registered


def test_a_running_stack_is_found(register: Register, home: dict[str, str]) -> None:
    address = register("one")

    settings = load(variables=home)

    assert settings.kafka.bootstrap_servers == address
    assert settings.kafka.idempotence is False
    assert settings.postgres.dsn == "postgresql://talktime@127.0.0.1/one"
    assert (settings.http.host, settings.http.port) == ("127.0.0.1", 8123)


def test_the_environment_stands_above_the_stack(register: Register, home: dict[str, str]) -> None:
    address = register("one")

    broker = load(variables=home | {"TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092"})
    database = load(variables=home | {"TALKTIME_POSTGRES_DSN": "postgresql://database/talktime"})

    assert broker.kafka.bootstrap_servers == "broker:9092"
    assert broker.postgres.dsn == "postgresql://talktime@127.0.0.1/one"
    assert database.kafka.bootstrap_servers == address
    assert database.postgres.dsn == "postgresql://database/talktime"


def test_what_a_stack_says_of_its_broker_holds_for_no_other(register: Register, home: dict[str, str]) -> None:
    register("one")

    settings = load(variables=home | {"TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092"})

    assert settings.kafka.idempotence is True


@pytest.mark.parametrize(
    "dead",
    [
        pytest.param({"pid": 2**22 + 1}, id="its process is gone"),
        pytest.param({"pid": 2**80}, id="its process cannot be"),
        pytest.param({"answers": False}, id="its broker does not answer"),
    ],
)
def test_a_stack_that_is_dead_is_not_found(
    dead: dict[str, int], register: Register, home: dict[str, str]
) -> None:
    register("one", **dead)

    with pytest.raises(SettingsError, match="TALKTIME_POSTGRES_DSN: not set"):
        load(variables=home)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"pid": 1}', '{"data": 1, "pid": "x"}', "[" * 100_000]
)
def test_a_registration_that_makes_no_sense_is_no_stack(
    text: str, register: Register, home: dict[str, str]
) -> None:
    address = register("one")
    folder = Path(home["XDG_STATE_HOME"]) / "talktime" / "up"
    (folder / "broken.json").write_text(text, encoding="utf-8")

    assert load(variables=home).kafka.bootstrap_servers == address


def test_two_stacks_are_named_and_one_must_be_chosen(
    register: Register, home: dict[str, str], tmp_path: Path
) -> None:
    register("one")
    register("two")

    with pytest.raises(SettingsError) as error:
        load(variables=home)

    (line,) = error.value.lines
    assert line.endswith(f"choose one by --stack DIR: {tmp_path / 'one'}, {tmp_path / 'two'}")


def test_two_stacks_hide_nothing_else_that_is_wrong(register: Register, home: dict[str, str]) -> None:
    register("one")
    register("two")

    with pytest.raises(SettingsError) as error:
        load(variables=home | {"TALKTIME_LOG_FORMAT": "xml", "TALKTIME_POSTGRES_DSN_FILE": "/nowhere"})

    choose, dsn, log_format = error.value.lines
    assert choose.startswith("--stack: ")
    assert dsn.startswith("TALKTIME_POSTGRES_DSN_FILE: /nowhere cannot be read")
    assert log_format.startswith("TALKTIME_LOG_FORMAT: ")


def test_two_stacks_do_not_matter_to_who_needs_none(register: Register, home: dict[str, str]) -> None:
    register("one")
    register("two")
    servers = {
        "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092",
        "TALKTIME_POSTGRES_DSN": "postgresql://database/talktime",
    }

    assert load(variables=home | servers).kafka.bootstrap_servers == "broker:9092"


def test_the_chosen_stack_stands_above_the_environment(
    register: Register, home: dict[str, str], tmp_path: Path
) -> None:
    register("one")
    address = register("two")
    variables = home | {
        "TALKTIME_STACK": str(tmp_path / "two"),
        "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092",
    }

    settings = load(variables=variables)

    assert settings.kafka.bootstrap_servers == address
    assert settings.postgres.dsn == "postgresql://talktime@127.0.0.1/two"


def test_a_chosen_stack_that_does_not_run_is_refused_with_those_that_do(
    register: Register, home: dict[str, str], tmp_path: Path
) -> None:
    register("one")

    with pytest.raises(SettingsError, match=f"is no running stack; allowed: {tmp_path / 'one'}"):
        load(variables=home | {"TALKTIME_STACK": str(tmp_path / "three")})


def test_settings_of_a_stack_name_it(register: Register, home: dict[str, str], tmp_path: Path) -> None:
    register("one")

    origins = {setting.variable: setting.origin for setting in effective(home)}

    assert origins["TALKTIME_POSTGRES_DSN"] == f"stack {tmp_path / 'one'}"
    assert origins["TALKTIME_OPEN_DAYS"] == "default"
