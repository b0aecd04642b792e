"""Apache Kafka and Postgres in containers: the servers of production instead of the embedded ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket
from typing import Final

from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import ExecWaitStrategy, LogMessageWaitStrategy

KAFKA: Final = "apache/kafka:4.3.1"
POSTGRES: Final = "postgres:18"
# Removes the containers of a test run that was killed.
REAPER: Final = "testcontainers/ryuk:0.8.1"
testcontainers_config.ryuk_image = REAPER

SETTINGS: Final = Path(__file__).parents[2] / "deploy/kafka/server.properties"
START_S: Final = 120


@contextmanager
def kafka_container() -> Iterator[str]:
    """Run one broker with the settings of production; yields its bootstrap address.

    Clients come back to the advertised address, so the port here is chosen before the broker starts.
    """
    port = free_port()
    command = (
        "/opt/kafka/bin/kafka-storage.sh format --cluster-id $(/opt/kafka/bin/kafka-storage.sh random-uuid)"
        " --config /etc/talktime/server.properties && "
        "exec /opt/kafka/bin/kafka-server-start.sh /etc/talktime/server.properties --override"
        f" advertised.listeners=INSIDE://localhost:9092,OUTSIDE://127.0.0.1:{port}"
    )
    broker = (
        DockerContainer(KAFKA)
        .with_bind_ports(9094, port)
        .with_volume_mapping(SETTINGS, "/etc/talktime/server.properties")
        .with_env("KAFKA_LOG4J_OPTS", "-Dlog4j2.configurationFile=/etc/kafka/docker/log4j2.yaml")
        .with_env("KAFKA_HEAP_OPTS", "-Xms256m -Xmx512m")
        .with_command(["bash", "-ec", command])
        .waiting_for(LogMessageWaitStrategy("Kafka Server started").with_startup_timeout(START_S))
    )
    with broker:
        yield f"127.0.0.1:{port}"


@contextmanager
def postgres_container() -> Iterator[str]:
    """Run one server; yields the DSN of a superuser, who makes the tests' databases."""
    # Over TCP: while the image makes its database, it answers on the socket alone.
    answers = ExecWaitStrategy(["pg_isready", "--quiet", "--host", "127.0.0.1"]).with_startup_timeout(START_S)
    server = (
        DockerContainer(POSTGRES)
        .with_exposed_ports(5432)
        .with_env("POSTGRES_PASSWORD", "of-a-test")
        .with_tmpfs_mount("/var/lib/postgresql")
        .waiting_for(answers)
    )
    with server:
        host, port = server.get_container_host_ip(), server.get_exposed_port(5432)
        yield f"postgresql://postgres:of-a-test@{host}:{port}/postgres"


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
