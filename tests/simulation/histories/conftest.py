"""The database server of the integration tests, and a fresh database of it."""

from tests.integration.conftest import dsn, pool, postgres_dsn, template

__all__ = ["dsn", "pool", "postgres_dsn", "template"]
