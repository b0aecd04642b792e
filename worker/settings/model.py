"""The settings: every knob, by topic, and its variable's name."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from worker.settings.business import Limits, Recharge
from worker.settings.kinds import FROZEN
from worker.settings.pace import Relay, Sweep
from worker.settings.servers import Http, Kafka, Log, Metrics, Postgres
from worker.settings.topics import Topics

VARIABLE_STARTS: Final = {
    "kafka": "TALKTIME_KAFKA_",
    "postgres": "TALKTIME_POSTGRES_",
    "http": "TALKTIME_HTTP_",
    "metrics": "TALKTIME_METRICS_",
    "log": "TALKTIME_LOG_",
    "topics": "TALKTIME_TOPIC_",
    "limits": "TALKTIME_",
    "recharge": "TALKTIME_RECHARGE_",
    "relay": "TALKTIME_RELAY_",
    "sweep": "TALKTIME_SWEEP_",
}

# What may hold a password, and so may come from a file and is never shown.
SECRETS: Final = frozenset({"kafka.sasl_password", "kafka.ssl_key_password", "postgres.dsn"})


class Settings(BaseModel):
    """Everything that can be set; made by `load`, or group by group in tests."""

    model_config = FROZEN

    kafka: Kafka = Kafka()
    postgres: Postgres = Postgres()
    http: Http = Http()
    metrics: Metrics = Metrics()
    log: Log = Log()
    topics: Topics = Topics()
    limits: Limits = Limits()
    recharge: Recharge = Recharge()
    relay: Relay = Relay()
    sweep: Sweep = Sweep()


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting: its dotted name, its variable, and what pydantic knows of it."""

    name: str
    variable: str
    field: FieldInfo

    @property
    def secret(self) -> bool:
        """Whether its value is never shown and may come from a file."""
        return self.name in SECRETS


@cache
def knobs() -> tuple[Knob, ...]:
    """List every knob, group by group."""
    return tuple(_listed())


def _listed() -> Iterator[Knob]:
    for group, start in VARIABLE_STARTS.items():
        model = Settings.model_fields[group].annotation
        assert isinstance(model, type)
        assert issubclass(model, BaseModel)
        for field, info in model.model_fields.items():
            yield Knob(f"{group}.{field}", f"{start}{field.upper()}", info)
