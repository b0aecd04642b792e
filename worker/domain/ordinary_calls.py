"""Ordinary calls: what nearly every record is, charged in one pass.

`charge` and `post_usage` say what charging means, step by step. A call with a flat price, of an account
without bundles and whose current lot pays it alone, needs few of these steps: here they are in one row, at
half the cost. Whatever is not ordinary is left to those two, untouched; both ways lead to the same entry.
"""

from worker.domain.account import LARGEST_MICROS, Account
from worker.domain.draft import Draft
from worker.domain.entry import CODES, USAGE_CALL, Entry, day_of, number_parts
from worker.domain.facts import Facts, UsageKey
from worker.domain.post_usage import text_of
from worker.domain.rating import flat_price
from worker.domain.tariff import Deck
from worker.domain.usage import Usage


class OrdinaryCalls:
    """Charges the ordinary calls of one batch; `seen` are the content hashes of all usage charged by now.

    Rate decks and bundles stay as they are while usage is charged, so each account's are looked at once.
    """

    __slots__ = ("_decks", "_draft", "_facts", "seen")

    def __init__(self, draft: Draft, facts: Facts) -> None:
        self.seen: dict[UsageKey, int] = dict(facts.known_usage)
        self._draft = draft
        self._facts = facts
        self._decks: dict[str, tuple[Account, Deck] | None] = {}

    def charge(self, usage: Usage) -> bool:
        """Charge a call, if it is an ordinary one; otherwise change nothing and say so."""
        tenant_id, _, _, source_number, key, content_hash, kind, started_s, legs, user_id, call_id = usage
        facts, draft = self._facts, self._draft
        try:
            known = self._decks[tenant_id]
        except KeyError:
            known = self._look_up(tenant_id)
        if known is None or kind != USAGE_CALL or not facts.open_from_s <= started_s < facts.open_until_s:
            return False
        account, deck = known
        service, number, number_type, origin, _, duration_s, allowance, _ = legs[0]
        version = deck.version_at(started_s)
        unique = (source_number, account.account_id, key)
        if version is None or unique in self.seen or duration_s > facts.limits.implausible_s:
            return False
        tariff = version.memo.get((number[: version.longest], service, number_type, origin))
        if tariff is None or tariff.flat is None:
            return False
        amount, _ = flat_price(version, tariff.flat, duration_s)
        if account.balance - amount < -LARGEST_MICROS or not account.debit_current_lot(amount, started_s):
            return False
        self.seen[unique] = content_hash
        draft.touched[tenant_id] = account
        clear_digits, shape = number_parts(number)
        user_number = facts.user_numbers.get((tenant_id, user_id), 0) if user_id else 0
        # A third of what `Entry(...)` takes; the order is that of its fields.
        entry = tuple.__new__(
            Entry,
            (
                started_s, facts.now_s, -amount, clear_digits, content_hash, key, account.account_id,
                duration_s, 0, version.version_id, account.lot_number, user_number, day_of(started_s),
                facts.cell, source_number, kind, len(tariff.prefix), shape, CODES[service, number_type],
            ),
        )  # fmt: skip
        draft.entries.append(entry)
        if not source_number or call_id or origin or allowance:
            draft.texts.append(text_of(usage, entry))
        return True

    def _look_up(self, tenant_id: str) -> tuple[Account, Deck] | None:
        """Find an account and its deck; None where nothing of it is ordinary."""
        found, account = None, self._draft.accounts.get(tenant_id)
        if account is not None and account.allowances is None and self._facts.by_hand is None:
            deck = self._facts.decks.deck(account.row.rate_deck)
            if deck is not None and deck.currency == account.row.currency:
                found = account, deck
        self._decks[tenant_id] = found
        return found
