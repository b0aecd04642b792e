"""Kafka: the only package that knows the broker's client; its details stop here."""
