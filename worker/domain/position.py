"""Read positions against the logs they belong to."""

from typing import NamedTuple


class Log(NamedTuple):
    """A partition as the broker has it: its cluster, its first offset, the one after its last."""

    cluster_id: str
    start: int
    end: int


class Way(NamedTuple):
    """How a partition whose position is lost goes on: what is missing, where it is read from, and why."""

    missing_from: int
    missing_to: int
    next_offset: int
    problem: str


def way_on(cluster_id: str, next_offset: int, log: Log) -> Way | None:
    """Find how to go on; None when the position is in its log and nothing is lost.

    Whatever is there is read from its start: to read twice changes nothing, to pass over loses money.
    """
    if cluster_id != log.cluster_id:
        return Way(
            next_offset,
            next_offset,
            log.start,
            f"the position is of cluster {cluster_id}, not {log.cluster_id}",
        )
    if next_offset < log.start:
        gone = f"offsets {next_offset} to {log.start - 1} are gone from the log"
        return Way(next_offset, log.start, log.start, gone)
    if next_offset > log.end:
        gone = f"offsets {log.end} to {next_offset - 1} were read and are gone: the log was cut or made again"
        return Way(log.end, next_offset, log.start, gone)
    return None
