"""What became of all records: by the counters of the read positions, and by what the tables hold."""

from typing import Final, NamedTuple

from worker.postgres.transaction import Transaction

COUNTERS: Final = """
    SELECT
        coalesce(sum(charged), 0)::bigint AS charged,
        coalesce(sum(parked), 0)::bigint AS parked,
        coalesce(sum(dead_lettered), 0)::bigint AS dead_lettered,
        count(*) AS positions,
        array_remove(
            array_agg(
                CASE
                    WHEN records <> charged + applied + duplicate + parked + dead_lettered
                        THEN topic || '/' || partition
                END
            ),
            NULL
        ) AS uneven
    FROM read_position
    WHERE cell = $1
"""

# With what was deleted after its time: whatever came stands in one of the two.
REFUSED: Final = """
    SELECT
        parked.records + forgotten.parked AS parked,
        parked.charged + forgotten.charged AS charged_later,
        letters.records + forgotten.letters AS dead_letters
    FROM
        (
            SELECT
                count(*) FILTER (WHERE NOT late) AS records,
                count(*) FILTER (WHERE closed_as = 'charged') AS charged
            FROM parked
            WHERE cell = $1
        ) AS parked,
        (SELECT count(*) AS records FROM dead_letter WHERE cell = $1) AS letters,
        (
            SELECT
                coalesce(sum(records) FILTER (WHERE what = 'parked'), 0)::bigint AS parked,
                coalesce(sum(records) FILTER (WHERE what = 'parked' AND ended_as = 'charged'), 0)::bigint
                    AS charged,
                coalesce(sum(records) FILTER (WHERE what = 'dead_letter'), 0)::bigint AS letters
            FROM forgotten
            WHERE cell = $1
        ) AS forgotten
"""


class Counters(NamedTuple):
    """What became of all records, by the counters and by the tables, in one state."""

    charged: int
    parked: int
    dead_lettered: int
    positions: int
    uneven: list[str]
    parked_rows: int
    charged_later: int
    dead_letters: int

    @property
    def usages(self) -> int:
        """How many usage entries there must be."""
        return self.charged + self.charged_later


async def counters(tx: Transaction, cell: int) -> Counters:
    """Read what became of all records of a cell; `tx` must be one snapshot."""
    counted, refused = await tx.fetchrow(COUNTERS, cell), await tx.fetchrow(REFUSED, cell)
    assert counted is not None
    assert refused is not None
    return Counters(
        charged=counted["charged"],
        parked=counted["parked"],
        dead_lettered=counted["dead_lettered"],
        positions=counted["positions"],
        uneven=counted["uneven"] or [],
        parked_rows=refused["parked"],
        charged_later=refused["charged_later"],
        dead_letters=refused["dead_letters"],
    )
