"""The draft of a decision: what the transaction will write, gathered while it is being decided."""

from enum import StrEnum

from worker.domain.account import Account
from worker.domain.allowance_state import Standing, standings
from worker.domain.calendar import Timezones
from worker.domain.chain import Booked, ChainKey
from worker.domain.entry import Entry, EntryText, Line
from worker.domain.event import PendingRevision
from worker.domain.facts import MICROSECONDS, Facts
from worker.domain.message import AccountState, Message, MessageBody
from worker.domain.recharge import Recharge
from worker.domain.rejection import Rejection
from worker.domain.reversal import OwnId, Reversal
from worker.domain.usage import Usage


class Outcome(StrEnum):
    """What became of a record that was not refused."""

    CHARGED = "charged"
    APPLIED = "applied"
    DUPLICATE = "duplicate"


class Draft:
    """What a decision has found so far; used by one decision and then only read."""

    def __init__(self, facts: Facts) -> None:
        self.accounts = {
            tenant_id: Account(
                row, facts.lots.get(row.account_id), allowances=facts.allowances.get(row.account_id)
            )
            for tenant_id, row in facts.accounts.items()
        }
        # By the records' indexes; what is not in it was charged, as nearly every record is.
        self.outcomes: dict[int, Outcome | Rejection] = {}
        self.entries: list[Entry] = []
        self.lines: list[Line] = []
        self.texts: list[EntryText] = []
        self.messages: list[Message] = []
        self.recharges: dict[str, Recharge] = {}
        self.events: dict[tuple[int, str], int] = {}
        self.payments: dict[tuple[int, str], int] = {}
        self.reversals: dict[OwnId, Reversal] = {}
        self.adjustments: dict[OwnId, int] = {}
        # Usage that would be parked, but may have been charged before: the ledger has to be asked.
        self.doubtful: list[Usage] = []
        self.touched: dict[str, Account] = {}
        # Chains of usage as they are by now; revisions to be kept until their usage comes, by their own key;
        # kept ones whose usage has come, and those of them that are refused.
        self.chains: dict[ChainKey, list[Booked]] = {}
        self.pending: dict[tuple[int, str], ChainKey] = {}
        self.met: list[tuple[int, str]] = []
        self.refused_late: list[tuple[PendingRevision, Rejection]] = []
        # Of the decks that could not price what is parked: others may have come in by the time it is written.
        self.generation = facts.decks.generation
        self._now_us = facts.now_us
        self._requests: dict[int, dict[str, None]] = {}
        for request in facts.recharges.values():
            self._requests.setdefault(request.account_id, {})[request.recharge_id] = None

    def say(self, account: Account, body: MessageBody) -> None:
        """Promise a message; its sequence rises with every message of the tenant, whatever the clock does."""
        sequence = max(account.row.sequence + 1, self._now_us)
        account.row = account.row._replace(sequence=sequence)
        allowances = self._standings(account) if isinstance(body, AccountState) else ()
        self.messages.append(Message(account.after(), sequence, body, allowances))

    def _standings(self, account: Account) -> tuple[Standing, ...]:
        if account.allowances is None:
            return ()
        zones = Timezones(account.row.timezone, account.row.former_timezones)
        return tuple(standings(account.allowances, zones, self._now_us // MICROSECONDS))

    def keep(self, request: Recharge) -> None:
        """Keep a request as it stands now."""
        self.recharges[request.recharge_id] = request
        self._requests.setdefault(request.account_id, {})[request.recharge_id] = None

    def requests_of(self, account_id: int) -> list[str]:
        """Name the requests of an account that were read or opened."""
        return list(self._requests.get(account_id, ()))

    def starved(self) -> frozenset[int]:
        """Name the accounts that needed more lots than were read."""
        return frozenset(account.account_id for account in self.touched.values() if account.starved)
