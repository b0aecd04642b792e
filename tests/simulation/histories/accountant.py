"""An accountant who keeps one tenant's books by hand: slow, and with nothing but the rules in it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.simulation.histories.happening import SOURCE, Happening
from tests.simulation.histories.slow_prices import PRICES, amount, billable
from worker.domain.identity import hashed_key

NEVER = 253_402_300_799
# What a booking answers when something that it names has not come yet.
WAITS = "waits"


@dataclass(eq=False)
class Lot:
    """Credit; `forfeited` was lost by expiry and comes back for late usage."""

    number: int
    kind: str
    amount: int
    left: int
    paid_s: int
    expires_s: int
    payment_id: str = ""
    forfeited: int = 0


@dataclass
class Charge:
    """What a usage took: from which lots (None: debt), and which bundles' seconds of which month."""

    lots: list[tuple[Lot | None, int]]
    seconds: list[tuple[str, int, int]]


@dataclass
class Accountant:
    """One account; `settle` takes whatever arrives at one moment."""

    timezone: str
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    charges: dict[str, Charge | None] = field(default_factory=dict)
    waiting: dict[str, list[Happening]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    parked: list[tuple[int, str, Happening]] = field(default_factory=list)
    reversals: dict[str, tuple[str, int, list[tuple[Lot | None, int]] | None]] = field(default_factory=dict)
    bundles: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)
    used: dict[tuple[str, int], int] = field(default_factory=dict)
    now_s: int = 0

    @property
    def balance(self) -> int:
        """What is left less what is owed."""
        return sum(lot.left for lot in self.lots) - self.debt

    def settle(self, batch: list[Happening], now_s: int) -> None:
        """Book what is due, then accounts, payments, usage and its revisions, each in order."""
        self.now_s = now_s
        for lot in self.lots:
            if lot.expires_s <= now_s:
                lot.forfeited, lot.left = lot.forfeited + lot.left, 0
        for turn in (0, 1, 2, 3):
            for happening in batch:
                if turn_of(happening) == turn and happening.event_id not in self.seen:
                    self.book(happening)

    def look_again(self) -> None:
        """Book what has waited for a payment or a reversal that is known now, oldest first."""
        again, self.parked = self.parked, []
        for _, _, happening in sorted(again):
            self.book(happening)

    def book(self, happening: Happening) -> None:
        """Book one happening; what its payment is missing for waits, and a conflict is left to a person."""
        answer = getattr(self, happening.name.replace(".", "_"))(happening, happening.data)
        self.seen.add(happening.event_id)
        if answer is WAITS:
            self.parked.append((self.now_s, hashed_key(SOURCE, happening.event_id), happening))

    def account_credit_added(self, _: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        self.credit(data["kind"], data["amount"], data["expires_at"] or NEVER, data["payment_id"])
        return None

    def account_adjusted(self, _: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        if data["amount"] > 0:
            self.credit("goodwill", data["amount"], NEVER)
        else:
            self.debit(-data["amount"], self.now_s)
        return None

    def account_allowance_set(self, _: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        (prefix,) = data["applies_to"]["prefixes"]
        month = self.month(data["effective_from"])
        self.bundles.setdefault(data["allowance"], []).append((month, data["minutes"] * 60, prefix))
        return None

    def payment_reversed(self, _: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        own = [lot for lot in self.lots if lot.payment_id == data["payment_id"]]
        gone = sum(
            taken for paid, taken, live in self.reversals.values() if paid == data["payment_id"] and live
        )
        if not own:
            return WAITS
        if gone + data["amount"] > own[0].amount:
            return None
        others = [lot for lot in self.in_order() if lot.kind == "purchase" and lot is not own[0]]
        taken = self.take([*own, *others], data["amount"])
        self.reversals[data["reversal_id"]] = (data["payment_id"], data["amount"], taken)
        return None

    def payment_reinstated(self, _: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        if data["reversal_id"] not in self.reversals:
            return WAITS
        payment, money, taken = self.reversals[data["reversal_id"]]
        if taken is not None:
            self.reversals[data["reversal_id"]] = (payment, money, None)
            self.put_back(taken)
        return None

    def usage_call(self, happening: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        return self.charge(happening.event_id, [data])

    def usage_conference(self, happening: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        return self.charge(happening.event_id, data["legs"])

    def usage_voided(self, happening: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        return self.revise(happening, data["usage"]["id"], None)

    def usage_corrected(self, happening: Happening, data: dict) -> str | None:  # type: ignore[type-arg]
        return self.revise(happening, data["usage"]["id"], data["corrected"])

    def charge(self, usage: str, legs: list[dict]) -> str | None:  # type: ignore[type-arg]
        """Charge every leg by bundles first; what is left of all of them is one debit."""
        if any(leg["rated_number"][:2] not in PRICES for leg in legs):
            return None
        if usage not in self.charges:
            self.charges[usage] = self.price(legs)
            for revision in self.waiting.pop(usage, []):
                self.book(revision._replace(event_id=f"{revision.event_id}, waited"))
        return None

    def price(self, legs: list[dict]) -> Charge:  # type: ignore[type-arg]
        money, paid = 0, []
        for leg in legs:
            seconds, covered = billable(leg["rated_number"], leg["duration_s"]), 0
            month = self.month(leg["started_at"])
            for name in self.payers(leg, month):
                share = min(len(seconds) - covered, self.size(name, month) - self.used.get((name, month), 0))
                if share > 0:
                    self.used[name, month] = self.used.get((name, month), 0) + share
                    paid.append((name, month, share))
                    covered += share
            money += amount(leg["rated_number"], seconds, covered)
        return Charge(self.debit(money, min(leg["started_at"] for leg in legs)), paid)

    def revise(self, happening: Happening, usage: str, corrected: dict | None) -> str | None:  # type: ignore[type-arg]
        """Give back what a usage took; charge it again when it is corrected."""
        if usage not in self.charges:
            self.waiting.setdefault(usage, []).append(happening)
            return None
        live = self.charges[usage]
        if live is None:
            return None
        if corrected and any(leg["rated_number"][:2] not in PRICES for leg in legs_of(corrected)):
            return None
        for name, month, share in live.seconds:
            self.used[name, month] -= share
        self.put_back(live.lots)
        self.charges[usage] = self.price(legs_of(corrected)) if corrected else None
        return None

    def payers(self, leg: dict, month: int) -> list[str]:  # type: ignore[type-arg]
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

    def credit(self, kind: str, money: int, expires_s: int, payment_id: str = "") -> None:
        """Add a lot; a debt is paid from it first."""
        paid = min(self.debt, money)
        self.debt -= paid
        lot = Lot(len(self.lots) + 1, kind, money, money - paid, self.now_s, expires_s, payment_id)
        self.lots.append(lot)

    def in_order(self) -> list[Lot]:
        return sorted(
            self.lots, key=lambda lot: (lot.expires_s, lot.kind != "promotion", lot.paid_s, lot.number)
        )

    def debit(self, money: int, started_s: int) -> list[tuple[Lot | None, int]]:
        """Take money from the lots that had not expired at that moment; late usage gets lost credit back."""
        spendable = [lot for lot in self.in_order() if started_s < lot.expires_s]
        for lot in spendable:
            back = min(lot.forfeited, max(0, money - sum(one.left for one in before(lot, spendable))))
            lot.left, lot.forfeited = lot.left + back, lot.forfeited - back
        return self.take(spendable, money)

    def take(self, lots: list[Lot], money: int) -> list[tuple[Lot | None, int]]:
        taken: list[tuple[Lot | None, int]] = []
        for lot in lots:
            share = min(lot.left, money)
            if share:
                taken.append((lot, share))
                lot.left, money = lot.left - share, money - share
        if money:
            self.debt += money
            taken.append((None, money))
        return taken

    def put_back(self, taken: list[tuple[Lot | None, int]]) -> None:
        """Return money to where it came from: what was debt lowers the debt, the rest becomes a refund."""
        for lot, share in taken:
            if lot is None:
                lowered = min(self.debt, share)
                self.debt -= lowered
                if share > lowered:
                    self.credit("refund", share - lowered, self.in_a_year())
            elif lot.expires_s <= self.now_s:
                lot.forfeited += share
            else:
                lot.left += share

    def in_a_year(self) -> int:
        local = datetime.fromtimestamp(self.now_s, UTC).astimezone(ZoneInfo(self.timezone))
        ends = local.replace(year=local.year + 1, hour=0, minute=0, second=0, fold=0) + timedelta(days=1)
        return int(ends.timestamp())


def turn_of(happening: Happening) -> int:
    """Accounts, payments, usage, revisions."""
    if happening.name in {"usage.voided", "usage.corrected"}:
        return 3
    return ("accounts", "payments", "usage").index(happening.role)


def legs_of(corrected: dict) -> list[dict]:  # type: ignore[type-arg]
    return corrected.get("legs") or [corrected]


def latest(sizes: list[tuple[int, int, str]]) -> tuple[int, int, str]:
    return max(enumerate(sizes), key=lambda one: (one[1][0], one[0]))[1]


def before(lot: Lot, lots: list[Lot]) -> list[Lot]:
    return lots[: lots.index(lot)]
