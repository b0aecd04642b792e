"""Postgres: the only package that knows SQL; one module a table, statements on top."""
