import re
from pathlib import Path

import pytest

from tests.unit.settings.given import SERVERS, complaints
from worker.settings.complaint import SettingsError
from worker.settings.load import load
from worker.settings.model import Knob, knobs


def test_what_nobody_sets_has_the_value_of_the_documents() -> None:
    settings = load(variables=SERVERS)

    assert settings.topics.usage == "talktime.usage"
    assert settings.topics.dead_letters == "talktime.dead-letters"
    assert settings.limits.open_days == 62
    assert (settings.limits.batch_charges, settings.limits.batch_bytes) == (5000, 8 * 2**20)
    assert (settings.limits.refused_limit, settings.limits.refused_window) == (1000, 10_000)
    assert (settings.recharge.answer_by_s, settings.recharge.expires_s) == (900, 86_400)
    assert settings.recharge.declined_waits_s == (3600, 21_600, 86_400)
    assert (settings.kafka.session_timeout_s, settings.kafka.rebalance_timeout_s) == (45, 60)
    assert settings.kafka.idempotence is True


def test_the_environment_sets() -> None:
    settings = load(
        variables=SERVERS
        | {
            "TALKTIME_OPEN_DAYS": "31",
            "TALKTIME_KAFKA_IDEMPOTENCE": "false",
            "TALKTIME_TOPIC_PREFIX": "eu.",
            "TALKTIME_TOPIC_USAGE": "cdr",
            "TALKTIME_RECHARGE_DECLINED_WAITS_S": "60, 120",
        }
    )

    assert settings.limits.open_days == 31
    assert settings.kafka.idempotence is False
    assert (settings.topics.usage, settings.topics.accounts) == ("cdr", "eu.accounts")
    assert settings.recharge.declined_waits_s == (60, 120)


def test_an_option_stands_above_the_environment() -> None:
    settings = load({"limits.open_days": 7}, variables=SERVERS | {"TALKTIME_OPEN_DAYS": "31"})

    assert settings.limits.open_days == 7


def test_an_option_that_was_not_given_sets_nothing() -> None:
    settings = load({"limits.open_days": None}, variables=SERVERS | {"TALKTIME_OPEN_DAYS": "31"})

    assert settings.limits.open_days == 31


def test_an_empty_variable_is_not_set() -> None:
    assert load(variables=SERVERS | {"TALKTIME_OPEN_DAYS": ""}).limits.open_days == 62


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("TALKTIME_KAFKA_BOOTSTRAP_SERVERS", "broker", "HOST:PORT, several separated by commas"),
        ("TALKTIME_KAFKA_SSL_CA_FILE", "absent.pem", "the path of a file that can be read"),
        ("TALKTIME_KAFKA_IDEMPOTENCE", "perhaps", "true, false"),
        ("TALKTIME_KAFKA_SESSION_TIMEOUT_S", "-1", "a number above 0 up to 86400"),
        ("TALKTIME_LOG_FORMAT", "xml", "console, json"),
        ("TALKTIME_METRICS_PORT", "65536", "a whole number from 0 up to 65535"),
        ("TALKTIME_OPEN_DAYS", "soon", "a whole number from 1 up to 366"),
        ("TALKTIME_SWEEP_EVERY_S", "11", "a number above 0 up to 10"),
        ("TALKTIME_TOPIC_PREFIX", "a b", "letters, digits, '.', '_' and '-'"),
    ],
)
def test_a_complaint_names_the_variable_its_value_and_what_is_allowed(
    variable: str, value: str, allowed: str
) -> None:
    assert complaints(**{variable: value}) == (f"{variable}: {value!r} is not allowed; allowed: {allowed}",)


def test_a_complaint_about_a_list_names_the_part_that_is_wrong() -> None:
    (line,) = complaints(TALKTIME_RECHARGE_DECLINED_WAITS_S="60,soon,never")

    assert line.startswith(
        "TALKTIME_RECHARGE_DECLINED_WAITS_S: 'soon' is not allowed; allowed: whole seconds"
    )


def test_every_wrong_setting_has_its_line() -> None:
    assert len(complaints(TALKTIME_OPEN_DAYS="soon", TALKTIME_LOG_FORMAT="xml", TALKTIME_FUTURE_S="")) == 2


# Whatever a password is, it may be somebody's.
@pytest.mark.parametrize(
    "knob", [knob for knob in knobs() if "password" not in knob.name], ids=lambda knob: knob.variable
)
def test_no_setting_takes_nonsense_in_silence(knob: Knob) -> None:
    lines = complaints(**{knob.variable: "\u00ff \x7f" * 100})

    assert lines[0].startswith(f"{knob.variable}: ")
    assert "; allowed: " in lines[0]


def test_a_server_that_is_needed_and_not_named_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        load(variables={"XDG_STATE_HOME": str(tmp_path)})

    assert [line.split(":")[0] for line in error.value.lines] == [
        "TALKTIME_KAFKA_BOOTSTRAP_SERVERS",
        "TALKTIME_POSTGRES_DSN",
    ]


def test_a_server_that_is_not_needed_need_not_be_named() -> None:
    assert load(needs=(), variables={}).postgres.dsn == ""


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        pytest.param(
            {"TALKTIME_KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "TALKTIME_KAFKA_SASL_USERNAME": "worker"},
            "TALKTIME_KAFKA_SASL_PASSWORD: not set; SASL_SSL needs it",
            id="a user without a password",
        ),
        pytest.param(
            {"TALKTIME_KAFKA_HEARTBEAT_S": "20"},
            "TALKTIME_KAFKA_HEARTBEAT_S: 20 is not allowed; allowed: at most a third of"
            " TALKTIME_KAFKA_SESSION_TIMEOUT_S (45)",
            id="a heartbeat as slow as its session",
        ),
        pytest.param(
            {"TALKTIME_REFUSED_LIMIT": "20000"},
            "TALKTIME_REFUSED_LIMIT: 20000 is not allowed; allowed: at most TALKTIME_REFUSED_WINDOW (10000)",
            id="a limit that its window cannot hold",
        ),
        pytest.param(
            {"TALKTIME_RECHARGE_MINIMUM_UNITS": "20000"},
            "TALKTIME_RECHARGE_MINIMUM_UNITS: 20000 is not allowed; allowed: at most"
            " TALKTIME_RECHARGE_MAXIMUM_UNITS (10000)",
            id="a smallest request above the largest",
        ),
        pytest.param(
            {"TALKTIME_TOPIC_USAGE": "talktime.payments"},
            "TALKTIME_TOPIC_*: two topics have the name talktime.payments; each needs its own",
            id="one topic for two things",
        ),
        pytest.param(
            {"TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:70000"},
            "TALKTIME_KAFKA_BOOTSTRAP_SERVERS: 'broker:70000' is not allowed; allowed: HOST:PORT, several"
            " separated by commas",
            id="a port that does not exist",
        ),
    ],
)
def test_settings_that_do_not_fit_together_are_refused(variables: dict[str, str], line: str) -> None:
    assert complaints(**variables) == (line,)


def test_a_variable_that_nobody_knows_is_a_warning_that_names_the_nearest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    load(variables=SERVERS | {"TALKTIME_KAFKA_BOOTSTRAP": "x", "TALKTIME_TEST_KAFKA": "of the tests"})

    (warning,) = caplog.messages
    assert warning.startswith("TALKTIME_KAFKA_BOOTSTRAP is no setting and has no effect;")
    assert warning.endswith("the nearest is TALKTIME_KAFKA_BOOTSTRAP_SERVERS")


def test_every_setting_says_what_it_is_for() -> None:
    assert all(re.fullmatch(r"[A-Z].*\.", knob.field.description or "") for knob in knobs())
