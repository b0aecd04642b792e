import pytest

from worker.settings.complaint import SettingsError
from worker.settings.load import load

SERVERS = {
    "TALKTIME_KAFKA_BOOTSTRAP_SERVERS": "broker:9092",
    "TALKTIME_POSTGRES_DSN": "postgresql://talktime:hush@database:5432/talktime",
}


def complaints(**variables: str) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as error:
        load(variables=SERVERS | variables)
    return error.value.lines
