"""Replayed records: what was kept, in the form in which Kafka's client gives it."""

from worker.domain.record import KeptRecord


class Replayed:
    """A kept record to be decoded once more."""

    def __init__(self, record: KeptRecord) -> None:
        self.topic = record.origin.topic
        self.partition = record.origin.partition
        self.offset = record.origin.offset
        self.timestamp = record.arrived_s * 1000
        self.key = record.key
        self.value = record.value
        self.headers = record.headers
