"""The author: random histories of one tenant, as batches of happenings at given moments."""

from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from tests.simulation.histories.happening import SOURCE, Happening

DAY_S = 86_400
UNIT = 1_000_000
# Midnight UTC of 1 March 2026: clocks change in America on the 8th and in Europe on the 29th.
FIRST_S = 1_772_323_200
BATCHES = 9
NUMBERS = ["4930123456", "4930991", "33123456789", "4420123456"]
BUNDLES = {"germany": "49", "berlin": "4930", "france": "33", "any": ""}


class History(NamedTuple):
    """What one tenant lives through."""

    timezone: str
    batches: list[list[Happening]]


def moments(chance: Random) -> list[int]:
    """Choose when the batches come: within five weeks that hold a month's turn and two clock changes."""
    return sorted(FIRST_S + chance.randrange(35 * DAY_S) for _ in range(BATCHES))


def write_history(chance: Random, at: list[int]) -> History:
    """Invent a history: few ids and amounts, so that much of it meets."""
    author = Author(chance)
    timezone = chance.choice(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC"])
    return History(timezone, [author.batch(now_s) for now_s in at])


class Author:
    """Remembers what it has told, so that later parts may repeat, void, correct and reverse it."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.told: list[Happening] = []
        self.usages: list[Happening] = []
        self.payments: list[str] = []
        self.reversals: list[str] = []

    def batch(self, now_s: int) -> list[Happening]:
        """Write what arrives at one moment; some of it came before."""
        batch = []
        for _ in range(self.chance.randrange(1, 7)):
            if self.told and self.chance.random() < 0.1:
                batch.append(self.chance.choice(self.told))
            else:
                batch.append(self.happening(now_s))
                self.told.append(batch[-1])
        return batch

    def happening(self, now_s: int) -> Happening:
        kinds = [
            self.call, self.call, self.call, self.conference, self.credit, self.credit, self.void,
            self.correction, self.bundle, self.adjustment, self.reversal, self.reinstatement,
        ]  # fmt: skip
        return self.chance.choice(kinds)(now_s)

    def call(self, now_s: int) -> Happening:
        return self.remembered("usage.call", self.leg(now_s))

    def conference(self, now_s: int) -> Happening:
        legs = [
            {"leg_id": f"l-{number}", **self.leg(now_s), "service": "dial_out"}
            for number in range(self.chance.randrange(1, 4))
        ]
        return self.remembered("usage.conference", {"conference_id": "c", "organizer_id": "o", "legs": legs})

    def remembered(self, name: str, data: dict[str, Any]) -> Happening:
        usage = Happening(name, self.new_id(), data)
        self.usages.append(usage)
        return usage

    def leg(self, now_s: int) -> dict[str, object]:
        allowance = self.chance.choice([None, None, None, "none", *BUNDLES])
        return {
            "service": "outbound",
            "rated_number": self.chance.choice(NUMBERS),
            "number_type": "toll",
            "started_at": now_s - self.chance.choice([0, 600, 3600, DAY_S, 3 * DAY_S, 9 * DAY_S]),
            "duration_s": self.chance.choice([0, 1, 29, 60, 61, 300, 1799]),
            **({"allowance": allowance} if allowance else {}),
        }

    def credit(self, now_s: int) -> Happening:
        payment = f"p-{len(self.payments)}"
        self.payments.append(payment)
        soon = now_s + self.chance.choice([-DAY_S, 3600, DAY_S, 4 * DAY_S, 12 * DAY_S])
        kind = self.chance.choice(["purchase", "promotion"])
        data = {
            "payment_id": payment,
            "amount": self.chance.randrange(1, 30) * UNIT,
            "currency": "USD",
            "kind": kind,
            "expires_at": self.chance.choice([soon, soon, soon, now_s + 200 * DAY_S]),
        }
        return Happening("account.credit_added", self.new_id(), data)

    def void(self, now_s: int) -> Happening:
        return Happening("usage.voided", self.new_id(), {"usage": self.reference(now_s), "reason": "r"})

    def correction(self, now_s: int) -> Happening:
        reference = self.reference(now_s)
        corrected: dict[str, object] = self.leg(now_s)
        if self.chance.random() < 0.3:
            legs = [{"leg_id": "l-1", **corrected, "service": "dial_out"}]
            corrected = {"conference_id": "c", "organizer_id": "o", "legs": legs}
        return Happening("usage.corrected", self.new_id(), {"usage": reference, "corrected": corrected})

    def reference(self, now_s: int) -> dict[str, object]:
        """Name a usage that was told, or one that will be told at once or later."""
        if self.usages and self.chance.random() < 0.85:
            usage = self.chance.choice(self.usages[-6:])
        else:
            usage = self.call(now_s)
            self.told.append(usage)
        legs = usage.data.get("legs") or [usage.data]
        started = min(leg["started_at"] for leg in legs)
        return {"source": SOURCE, "id": usage.event_id, "started_at": started}

    def bundle(self, now_s: int) -> Happening:
        name = self.chance.choice(list(BUNDLES))
        data = {
            "allowance": name,
            "minutes": self.chance.choice([0, 1, 2, 5, 10]),
            "period": "calendar_month",
            "applies_to": {"prefixes": [BUNDLES[name]] if BUNDLES[name] else []},
            "effective_from": now_s + self.chance.choice([-20 * DAY_S, 0, 0, 10 * DAY_S]),
        }
        return Happening("account.allowance_set", self.new_id(), data)

    def adjustment(self, _now_s: int) -> Happening:
        event_id = self.new_id()
        data = {
            "adjustment_id": event_id,
            "amount": self.chance.choice([-7_000_001, -333_333, 250_001, 4 * UNIT]),
            "currency": "USD",
            "kind": self.chance.choice(["fee", "goodwill", "write_off", "migration"]),
            "description": "by hand",
            "by": "ops",
        }
        return Happening("account.adjusted", event_id, data)

    def reversal(self, _now_s: int) -> Happening:
        reversal = f"r-{len(self.reversals)}"
        self.reversals.append(reversal)
        data = {
            "payment_id": self.chance.choice(self.payments[-4:] or ["p-0"]),
            "reversal_id": reversal,
            "amount": self.chance.randrange(1, 20) * UNIT,
            "currency": "USD",
            "kind": self.chance.choice(["refund", "dispute"]),
            "reason": "r",
        }
        return Happening("payment.reversed", self.new_id(), data)

    def reinstatement(self, _now_s: int) -> Happening:
        data: dict[str, object] = {"reversal_id": self.chance.choice(self.reversals[-3:] or ["r-0"])}
        return Happening("payment.reinstated", self.new_id(), data)

    def new_id(self) -> str:
        """Some ids are UUIDs, others are hashed."""
        bits = self.chance.getrandbits(128)
        return str(UUID(int=bits)) if bits % 3 else f"id-{bits}"
