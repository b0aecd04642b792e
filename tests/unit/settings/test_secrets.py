from pathlib import Path

import pytest

from tests.unit.settings.given import SERVERS, complaints
from worker.settings.load import effective, load


def test_a_wrong_address_of_the_database_is_never_shown() -> None:
    (line,) = complaints(TALKTIME_POSTGRES_DSN="mysql://talktime:hush@database/talktime")

    assert "hush" not in line
    assert line.startswith("TALKTIME_POSTGRES_DSN: '****'")


def test_secrets_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://talktime:from-file@database/talktime\n", encoding="utf-8")
    (tmp_path / "password").write_text("hush\r\n", encoding="utf-8")

    settings = load(
        variables={
            "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092",
            "TALKTIME_POSTGRES_DSN_FILE": str(tmp_path / "dsn"),
            "TALKTIME_KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
        }
    )

    assert settings.postgres.dsn == "postgresql://talktime:from-file@database/talktime"
    assert settings.kafka.sasl_password.get_secret_value() == "hush"


def test_a_secret_in_two_places_is_refused(tmp_path: Path) -> None:
    assert complaints(TALKTIME_POSTGRES_DSN_FILE=str(tmp_path / "dsn")) == (
        "TALKTIME_POSTGRES_DSN, TALKTIME_POSTGRES_DSN_FILE: both are set; allowed: one of them",
    )


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        pytest.param(None, "No such file or directory", id="absent"),
        pytest.param(b"\xff\xfe", "it is not UTF-8 text", id="no text"),
        pytest.param(b"x" * 70_000, "it is longer than 65536 characters", id="too long"),
    ],
)
def test_a_secret_file_that_cannot_be_read_is_a_complaint(
    content: bytes | None, cause: str, tmp_path: Path
) -> None:
    path = tmp_path / "password"
    if content is not None:
        path.write_bytes(content)

    assert complaints(TALKTIME_KAFKA_SASL_PASSWORD_FILE=str(path)) == (
        f"TALKTIME_KAFKA_SASL_PASSWORD_FILE: {path} cannot be read: {cause}",
    )


def test_every_setting_is_shown_with_where_it_came_from_and_no_secret(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("very-secret", encoding="utf-8")
    variables = SERVERS | {
        "TALKTIME_OPEN_DAYS": "31",
        "TALKTIME_KAFKA_SASL_PASSWORD_FILE": str(tmp_path / "password"),
    }

    shown = {setting.variable: (setting.value, setting.origin) for setting in effective(variables)}

    assert shown["TALKTIME_OPEN_DAYS"] == ("31", "TALKTIME_OPEN_DAYS")
    assert shown["TALKTIME_FUTURE_S"] == ("300", "default")
    assert shown["TALKTIME_POSTGRES_DSN"] == (
        "postgresql://talktime:****@database:5432/talktime",
        "TALKTIME_POSTGRES_DSN",
    )
    assert shown["TALKTIME_KAFKA_SASL_PASSWORD"] == (
        "****",
        f"TALKTIME_KAFKA_SASL_PASSWORD_FILE ({tmp_path / 'password'})",
    )
    assert "hush" not in str(shown)
    assert "very-secret" not in str(shown)


def test_secrets_are_not_in_the_text_of_settings() -> None:
    settings = load(variables=SERVERS | {"TALKTIME_KAFKA_SASL_PASSWORD": "very-secret"})

    assert "hush" not in repr(settings)
    assert "very-secret" not in repr(settings)
