"""A life that is checked after every decision against its own history, counted anew."""

from collections.abc import Sequence
from typing import Any, Literal

from tests.simulation.recharging.payer import Asked, Payer
from tests.unit.domain.living import Life
from worker.domain.account import AccountRow
from worker.domain.calendar import day_number, month_of, next_month_s
from worker.domain.decide import Decoded
from worker.domain.draft import Draft
from worker.domain.event import Event, RechargeFailed
from worker.domain.recharge import AUTOMATIC, Recharge, recharge_due
from worker.domain.recharge_clocks import clock_of
from worker.domain.recharge_counts import zones_of
from worker.domain.recharge_watch import LOOK_AGAIN_S

COUNTS = {"open", "pending", "completed", "expired"}
Saved = tuple[Any, ...]
Replay = Literal["lost", "one by one", "in one batch"]


class WatchedLife(Life):
    """The payment service hears every message at once; a restored backup makes it know more than we do."""

    def __init__(self, row: AccountRow) -> None:
        super().__init__(row)
        self.payer = Payer()
        self.sent: list[Decoded] = []
        self.refused: set[str] = set()
        self.late: set[str] = set()

    def take(self, *records: Decoded) -> Draft:
        """Decide, and check everything that must hold then."""
        before = dict(self.recharges)
        draft = super().take(*records)
        self.sent += records
        self.refused |= refused_among(records)
        for message in draft.messages:
            fresh = self.payer.hear(message)
            if fresh is not None and fresh.automatic:
                self.check_no_second_payment(fresh)
        self.late |= {
            name
            for name, one in self.recharges.items()
            if one.state == "completed" and name in before and not before[name].is_open
        }
        self.check_openings(before)
        self.check()
        return draft

    def backup(self) -> Saved:
        """Copy what the database holds."""
        books = (self.recharges, self.lots, self.events, self.payments, self.reversals)
        return (self.row, *(dict(one) for one in books), len(self.sent))

    def restore(self, saved: Saved, *, replay: Replay) -> None:
        """Go back to a backup; Kafka may still have what came after it, topic by topic in its order."""
        self.row, books, before = saved[0], map(dict, saved[1:6]), saved[6]
        self.recharges, self.lots, self.events, self.payments, self.reversals = books
        lost, self.sent = self.sent[before:], self.sent[:before]
        self.refused = refused_among(self.sent)
        self.now_s += 1
        if replay == "one by one":
            for record in lost:
                self.take(record)
        elif replay == "in one batch":
            self.take(*lost)

    def check(self) -> None:
        """At most one is open, the counts are true, and whoever is due has asked or knows when it will."""
        row, now_s = self.row, self.now_s
        automatic = [one.recharge_id for one in self.open if one.reason == AUTOMATIC]
        assert automatic == ([row.open_recharge_id] if row.open_recharge_id else []), "at most one open"
        assert row.open_by_hand == len(self.open) - len(automatic), "requests by hand are counted"
        assert row.recharge_due_s > now_s, "whatever was due is done"
        assert self.counted_now() == self.month_total(self.recharges.values()), "the month's count"
        if recharge_due(row, row.balance_micros):
            assert self.held(), "below the trigger, enabled, not blocked, and nobody asks"
            assert row.suppressed, "nobody was told why"
            opens_s = max(next_month_s(zones_of(row), now_s), row.cooling_until_s)
            assert row.recharge_due_s <= opens_s, "nobody wakes up when the window opens"
        for request in self.open:
            latest_s = max(now_s + LOOK_AGAIN_S, clock_of(request, self.limits.recharge))
            assert row.recharge_due_s <= latest_s, "nobody wakes up for a request"
        assert not self.refused & {one.recharge_id for one in self.open}, "declined is final"
        credited = [lot.payment_id for lot in self.lots.values() if lot.payment_id]
        assert len(credited) == len(set(credited)), "each payment credits once"
        sequences = [one.sequence for one in self.said]
        assert sequences == sorted(set(sequences)), "sequences rise"

    def counted_now(self) -> int:
        this_month = month_of(zones_of(self.row), self.now_s)
        return self.row.recharge_month_micros if self.row.recharge_month == this_month else 0

    def month_total(self, requests: Sequence[Recharge] | Any) -> int:  # noqa: ANN401 -- any collection
        """Add up what counts towards the cap of this month."""
        zones = zones_of(self.row)
        this_month = month_of(zones, self.now_s)
        return sum(
            one.amount_micros
            for one in requests
            if one.state in COUNTS and month_of(zones, one.requested_s) == this_month
        )

    def held(self) -> bool:
        """Say from history alone whether cap, day or cooldown hold a request back."""
        row, zones = self.row, zones_of(self.row)
        automatic = [one for one in self.recharges.values() if one.reason == AUTOMATIC]
        today = day_number(zones, self.now_s)
        opened_today = sum(day_number(zones, one.requested_s) == today for one in automatic)
        closed_s = max((one.closed_s or 0 for one in automatic), default=0)
        left = (row.monthly_cap_micros or 10**15) - self.month_total(self.recharges.values())
        least = row.recharge_amount_micros or self.limits.recharge.minimum_micros
        return (
            left < least or opened_today >= row.daily_count or self.now_s < max(closed_s, row.cooling_until_s)
        )

    def check_openings(self, before: dict[str, Recharge]) -> None:
        """What opens by itself keeps to the cap, the day's count and the cooldown; no id is settled twice."""
        row, zones = self.row, zones_of(self.row)
        for request in self.recharges.values():
            known = before.get(request.recharge_id)
            assert known is None or known.is_open or not request.is_open, "a settled id is asked with again"
            if known is not None or request.reason != AUTOMATIC:
                continue
            assert (row.recharge_enabled, row.status, row.recharge_block) == (True, "active", ""), "blocked"
            if row.monthly_cap_micros is not None:
                assert self.month_total(self.recharges.values()) <= row.monthly_cap_micros, "beyond the cap"
            automatic = [one for one in self.recharges.values() if one.reason == AUTOMATIC]
            today = day_number(zones, self.now_s)
            opened_today = sum(day_number(zones, one.requested_s) == today for one in automatic)
            assert opened_today <= row.daily_count, "beyond the day's count"
            closed_s = max((one.closed_s or 0 for one in automatic if not self.paid_late(one)), default=0)
            assert self.now_s >= closed_s + row.cooldown_s, "within the cooldown"

    def paid_late(self, request: Recharge) -> bool:
        """Say whether money came after the end: that closes nothing, and starts no cooldown."""
        return request.recharge_id in self.late

    def check_no_second_payment(self, fresh: Asked) -> None:
        """A new id is asked with only when no other can be paid in time any more."""
        for other in self.payer.known.values():
            if other is fresh or not other.automatic or other.told or other.cancelled:
                continue
            dead_s = other.expires_s + self.limits.recharge.grace_s
            assert self.now_s >= dead_s, "two requests can be paid for one shortfall"


def refused_among(records: Sequence[Decoded]) -> set[str]:
    """Name the requests that these records refuse for good."""
    bodies = [one.body for one in records if isinstance(one, Event)]
    failures = [body for body in bodies if isinstance(body, RechargeFailed)]
    return {body.recharge_id for body in failures if body.outcome == "declined"}
