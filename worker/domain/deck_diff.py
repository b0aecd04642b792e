"""How two versions of decks differ, tariff by tariff."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from worker.domain.tariff_row import TariffRow

TariffKey = tuple[str, str, str, str]


class TariffChange(NamedTuple):
    """A tariff that was added (`old` is empty), removed (`new` is empty) or changed."""

    old: tuple[TariffRow, ...]
    new: tuple[TariffRow, ...]

    @property
    def change(self) -> str:
        """Name the change."""
        if not self.old:
            return "added"
        return "changed" if self.new else "removed"


def diff_decks(old: Iterable[TariffRow], new: Iterable[TariffRow]) -> Iterator[TariffChange]:
    """Walk two versions, both in canonical order, and give every tariff that differs."""
    before, after = _by_tariff(old), _by_tariff(new)
    left, right = next(before, None), next(after, None)
    while left or right:
        if right is None or (left is not None and left[0] < right[0]):
            assert left is not None
            yield TariffChange(left[1], ())
            left = next(before, None)
        elif left is None or right[0] < left[0]:
            yield TariffChange((), right[1])
            right = next(after, None)
        else:
            if left[1] != right[1]:
                yield TariffChange(left[1], right[1])
            left, right = next(before, None), next(after, None)


def _by_tariff(rows: Iterable[TariffRow]) -> Iterator[tuple[TariffKey, tuple[TariffRow, ...]]]:
    for key, group in groupby(rows, key=lambda row: row.tariff_key):
        yield key, tuple(group)
