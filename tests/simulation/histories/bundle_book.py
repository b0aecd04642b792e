"""Bundles of minutes, kept by hand: their sizes by month, and who has used how much of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

# (from which month, seconds, prefix) as they were set, in order.
Sizes = list[tuple[int, int, str]]


@dataclass
class BundleBook:
    """All bundles of a tenant; months are local, as 202603."""

    timezone: str
    bundles: dict[str, Sizes] = field(default_factory=dict)
    used: dict[tuple[str, int], int] = field(default_factory=dict)

    def set(self, name: str, moment_s: int, seconds: int, prefix: str) -> None:
        """Give a bundle its size from the month of a moment on."""
        self.bundles.setdefault(name, []).append((self.month(moment_s), seconds, prefix))

    def pay(self, leg: dict[str, Any], seconds: int) -> list[tuple[str, int, int]]:
        """Pay what bundles can of a leg's seconds; say which paid how many, of which month."""
        month, paid = self.month(leg["started_at"]), []
        for name in self.payers(leg, month):
            share = min(seconds, self.size(name, month) - self.used.get((name, month), 0))
            if share > 0:
                self.used[name, month] = self.used.get((name, month), 0) + share
                paid.append((name, month, share))
                seconds -= share
        return paid

    def payers(self, leg: dict[str, Any], month: int) -> list[str]:
        """Name the bundles that may pay, most specific prefix first, then by name."""
        wanted = leg.get("allowance")
        found = []
        for name in self.bundles:
            sizes = [one for one in self.bundles[name] if one[0] <= month]
            if wanted in {None, name} and sizes and leg["rated_number"].startswith(latest(sizes)[2]):
                found.append((-len(latest(sizes)[2]), name))
        return [name for _, name in sorted(found)]

    def size(self, name: str, month: int) -> int:
        return latest([one for one in self.bundles[name] if one[0] <= month])[1]

    def month(self, moment_s: int) -> int:
        local = datetime.fromtimestamp(moment_s, UTC).astimezone(ZoneInfo(self.timezone))
        return local.year * 100 + local.month


def latest(sizes: Sizes) -> tuple[int, int, str]:
    return max(enumerate(sizes), key=lambda one: (one[1][0], one[0]))[1]
