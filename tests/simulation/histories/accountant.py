"""An accountant who keeps one tenant's books by hand: slow, and with nothing but the rules in it."""

from dataclasses import dataclass, field
from typing import Any

from tests.simulation.histories.bundle_book import BundleBook
from tests.simulation.histories.happening import SOURCE, Happening
from tests.simulation.histories.purse import NEVER, Purse, Shares
from tests.simulation.histories.slow_prices import PRICES, amount, billable
from worker.domain.identity import hashed_key

Data = dict[str, Any]

# What a booking answers when something that it names has not come yet, or when a person has to decide.
WAITS = "waits"
REFUSED = "refused"


@dataclass
class Charge:
    """What a usage took: from which lots (None: debt), and which bundles' seconds of which month."""

    lots: Shares
    seconds: list[tuple[str, int, int]]


@dataclass
class Reversed:
    """Money that went back, of which payment; `taken` is None once it has come back."""

    payment_id: str
    amount: int
    taken: Shares | None


@dataclass
class Accountant:
    """One account; `settle` takes whatever arrives at one moment."""

    purse: Purse
    bundles: BundleBook
    charges: dict[str, Charge | None] = field(default_factory=dict)
    waiting: dict[str, list[Happening]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    parked: list[tuple[int, str, Happening]] = field(default_factory=list)
    reversals: dict[str, Reversed] = field(default_factory=dict)

    def settle(self, batch: list[Happening], now_s: int) -> None:
        """Book what is due, then accounts, payments, usage and its revisions, each in order."""
        self.purse.now_s = now_s
        self.purse.expire()
        for turn in (0, 1, 2, 3):
            for happening in batch:
                if turn_of(happening) == turn:
                    self.book(happening)
            if turn == 2:
                self.meet()

    def look_again(self) -> None:
        """Book what has waited for a payment or a reversal that is known now, oldest first."""
        while ready := sorted(one for one in self.parked if self.knows(one[2].data)):
            self.parked = [one for one in self.parked if one not in ready]
            for _, _, happening in ready:
                self.answer(happening)

    def knows(self, data: dict[str, object]) -> bool:
        """Say whether a payment, or a reversal to be undone, has come."""
        if "payment_id" in data:
            return any(lot.payment_id == data["payment_id"] for lot in self.purse.lots)
        return data["reversal_id"] in self.reversals

    def book(self, happening: Happening) -> None:
        """Book one happening; what its payment is missing for waits, and a conflict is left to a person."""
        answer = self.answer(happening)
        if answer is WAITS and happening not in [waiting for _, _, waiting in self.parked]:
            self.parked.append((self.purse.now_s, hashed_key(SOURCE, happening.event_id), happening))

    def answer(self, happening: Happening) -> str | None:
        """Book a happening unless it is refused; None: it is booked, and never will be again."""
        if happening.event_id in self.seen:
            return None
        answered: str | None = getattr(self, happening.name.replace(".", "_"))(happening, happening.data)
        if answered is None:
            self.seen.add(happening.event_id)
        return answered

    def account_credit_added(self, _: Happening, data: Data) -> str | None:
        self.purse.credit(data["kind"], data["amount"], data["expires_at"] or NEVER, data["payment_id"])
        return None

    def account_adjusted(self, _: Happening, data: Data) -> str | None:
        if data["amount"] > 0:
            self.purse.credit("goodwill", data["amount"], NEVER)
        else:
            self.purse.debit(-data["amount"], self.purse.now_s)
        return None

    def account_allowance_set(self, _: Happening, data: Data) -> str | None:
        prefix = next(iter(data["applies_to"]["prefixes"]), "")
        self.bundles.set(data["allowance"], data["effective_from"], data["minutes"] * 60, prefix)
        return None

    def payment_reversed(self, _: Happening, data: Data) -> str | None:
        own = [lot for lot in self.purse.lots if lot.payment_id == data["payment_id"]]
        known = [one for one in self.reversals.values() if one.payment_id == data["payment_id"]]
        gone = sum(one.amount for one in known if one.taken is not None)
        if not own:
            return WAITS
        if own[0].kind != "purchase" or gone + data["amount"] > own[0].amount:
            return REFUSED
        others = [lot for lot in self.purse.in_order() if lot.kind == "purchase" and lot is not own[0]]
        taken = self.purse.take([*own, *others], data["amount"])
        self.reversals[data["reversal_id"]] = Reversed(data["payment_id"], data["amount"], taken)
        return None

    def payment_reinstated(self, _: Happening, data: Data) -> str | None:
        if data["reversal_id"] not in self.reversals:
            return WAITS
        known = self.reversals[data["reversal_id"]]
        if known.taken is not None:
            self.purse.put_back(known.taken)
            known.taken = None
        return None

    def usage_call(self, happening: Happening, data: Data) -> str | None:
        return self.charge(happening.event_id, [data])

    def usage_conference(self, happening: Happening, data: Data) -> str | None:
        return self.charge(happening.event_id, data["legs"])

    def usage_voided(self, happening: Happening, data: Data) -> str | None:
        return self.revise(happening, data["usage"]["id"], None)

    def usage_corrected(self, happening: Happening, data: Data) -> str | None:
        return self.revise(happening, data["usage"]["id"], data["corrected"])

    def charge(self, usage: str, legs: list[Data]) -> str | None:
        """Charge every leg by bundles first; what is left of all of them is one debit."""
        if any(leg["rated_number"][:2] not in PRICES for leg in legs):
            return None
        if usage not in self.charges:
            self.charges[usage] = self.price(legs)
        return None

    def meet(self) -> None:
        """Revise usage that has come after its voids and corrections."""
        for usage in [one for one in self.waiting if one in self.charges]:
            for revision in self.waiting.pop(usage):
                getattr(self, revision.name.replace(".", "_"))(revision, revision.data)

    def price(self, legs: list[Data]) -> Charge:
        money, paid = 0, []
        for leg in legs:
            seconds = billable(leg["rated_number"], leg["duration_s"])
            shares = self.bundles.pay(leg, len(seconds))
            money += amount(leg["rated_number"], seconds, sum(share for _, _, share in shares))
            paid += shares
        return Charge(self.purse.debit(money, min(leg["started_at"] for leg in legs)), paid)

    def revise(self, happening: Happening, usage: str, corrected: Data | None) -> str | None:
        """Give back what a usage took; charge it again when it is corrected."""
        if usage not in self.charges:
            self.waiting.setdefault(usage, []).append(happening)
            return None
        live = self.charges[usage]
        if live is None:
            return REFUSED if corrected else None
        if corrected and any(leg["rated_number"][:2] not in PRICES for leg in legs_of(corrected)):
            return None
        for name, month, share in live.seconds:
            self.bundles.used[name, month] -= share
        self.purse.put_back(live.lots)
        self.charges[usage] = self.price(legs_of(corrected)) if corrected else None
        return None


def turn_of(happening: Happening) -> int:
    """Accounts, payments, usage, revisions."""
    if happening.name in {"usage.voided", "usage.corrected"}:
        return 3
    return ("accounts", "payments", "usage").index(happening.role)


def legs_of(corrected: Data) -> list[Data]:
    return corrected.get("legs") or [corrected]
