"""The servers that Talktime talks to, the doors it opens itself, and its log."""

from typing import Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator

from worker.settings.kinds import (
    FROZEN,
    Address,
    Bytes,
    Count,
    Dsn,
    File,
    Name,
    Port,
    Secret,
    Servers,
    Text,
    Wait,
)


class Kafka(BaseModel):
    """How the broker is reached, joined, read and written."""

    model_config = FROZEN

    bootstrap_servers: Servers = Field("", description="Brokers to start from.")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How connections are protected."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="How the user is proved."
    )
    sasl_username: Text = Field("", description="The user.")
    sasl_password: Secret = Field(SecretStr(""), description="The user's password.")
    ssl_ca_file: File | None = Field(None, description="Authority that signed the brokers' certificates.")
    ssl_certificate_file: File | None = Field(None, description="This client's own certificate.")
    ssl_key_file: File | None = Field(None, description="The key of that certificate.")
    ssl_key_password: Secret = Field(SecretStr(""), description="The password of that key.")
    group_id: Name = Field("talktime", description="Consumer group that shares the partitions.")
    fresh_cluster: bool = Field(
        False, description="Whether the brokers are known to be new: what was read of former ones is over."
    )
    group_instance_id: Text = Field(
        "", description="Name of this process that survives its restart, so that partitions wait for it."
    )
    idempotence: bool = Field(True, description="Whether the broker drops what the producer sends twice.")
    session_timeout_s: Wait = Field(45, description="Silence after which a worker's partitions move on.")
    rebalance_timeout_s: Wait = Field(60, description="Time that workers have to hand partitions over.")
    heartbeat_s: Wait = Field(3, description="Pace of the sign of life to the group.")
    max_poll_interval_s: Wait = Field(300, description="Longest batch before the group gives up on us.")
    request_timeout_s: Wait = Field(40, description="Longest wait for one answer of a broker.")
    metadata_max_age_s: Wait = Field(60, description="Age at which the list of brokers is asked again.")
    start_deadline_s: Wait = Field(30, description="Longest wait for brokers and topics at the start.")
    stop_deadline_s: Wait = Field(10, description="Longest wait for the brokers at the end.")
    commit_every_s: Wait = Field(1, description="Pace of Kafka's own offsets, which only lag tools read.")
    fetch_wait_ms: int = Field(
        500,
        ge=1,
        le=10_000,
        description="Longest wait of a fetch at the broker; short where one does not end as records arrive.",
    )
    fetch_bytes: Bytes = Field(8 * 2**20, description="Most that one fetch brings.")
    partition_fetch_bytes: Bytes = Field(2**20, description="Most that one fetch brings of a partition.")
    request_bytes: Bytes = Field(4 * 2**20, description="Largest message that is published.")
    linger_ms: int = Field(5, ge=0, le=1000, description="Wait of the producer for company.")

    @model_validator(mode="after")
    def _sasl_is_whole(self) -> Self:
        given = {
            "TALKTIME_KAFKA_SASL_USERNAME": self.sasl_username,
            "TALKTIME_KAFKA_SASL_PASSWORD": self.sasl_password.get_secret_value(),
        }
        missing = [variable for variable, value in given.items() if not value]
        if missing and self.security_protocol.startswith("SASL"):
            lines = (f"{variable}: not set; {self.security_protocol} needs it" for variable in missing)
            raise ValueError("\n".join(lines))
        return self

    @model_validator(mode="after")
    def _heartbeats_fit_the_session(self) -> Self:
        if self.heartbeat_s * 3 > self.session_timeout_s:
            raise ValueError(
                f"TALKTIME_KAFKA_HEARTBEAT_S: {self.heartbeat_s:g} is not allowed; allowed: at most a third"
                f" of TALKTIME_KAFKA_SESSION_TIMEOUT_S ({self.session_timeout_s:g})"
            )
        return self


class Postgres(BaseModel):
    """How the database is reached; its limits keep one stuck session harmless."""

    model_config = FROZEN

    dsn: Dsn = Field("", description="The database.")
    connections: Count = Field(8, description="Most connections that one process holds.")
    lock_timeout_s: Wait = Field(3, description="Longest wait for a lock; the batch then runs again.")
    statement_timeout_s: Wait = Field(20, description="Longest statement.")
    idle_in_transaction_timeout_s: Wait = Field(5, description="Longest pause inside a transaction.")
    tcp_user_timeout_s: Wait = Field(10, description="Longest silence of the network.")


class Http(BaseModel):
    """Where the console listens."""

    model_config = FROZEN

    host: Address = Field("127.0.0.1", description="Address of the console.")
    port: Port = Field(8080, description="Port of the console; 0 takes a free one.")


class Metrics(BaseModel):
    """Where a worker answers /metrics, /healthz and /readyz, and when it calls itself unwell."""

    model_config = FROZEN

    host: Address = Field("127.0.0.1", description="Address of /metrics, /healthz and /readyz.")
    port: Port = Field(9464, description="Their port; 0 takes a free one, for several workers a machine.")
    alive_s: Wait = Field(60, description="Silence of a loop after which /healthz says no.")
    ready_lag_s: Wait = Field(60, description="Lag above which /readyz says no.")


class Log(BaseModel):
    """How a long-running command tells what it does."""

    model_config = FROZEN

    format: Literal["console", "json"] = Field("console", description="Lines for people or for machines.")
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is told.")
