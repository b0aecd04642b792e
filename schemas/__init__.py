"""The wire contracts: what every message on Kafka looks like."""
