"""What a decision is given, in few words: one account, one flat deck, one moment."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from worker.domain.account import AccountRow
from worker.domain.decide import Decoded, decide
from worker.domain.draft import Draft, Outcome
from worker.domain.entry import USAGE_CALL, USAGE_CONFERENCE
from worker.domain.event import AccountBody, AutoRechargeSet, CreditAdded, Event, PaymentBody
from worker.domain.facts import Facts, Limits
from worker.domain.identity import Identity, content_hash, hashed_key
from worker.domain.lot import NEVER_S, Lot
from worker.domain.recharge import Recharge
from worker.domain.rejection import Rejection
from worker.domain.tariff import Deck, Decks, VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg, Usage

DAY_S = 86_400
NOW_S = 1_772_446_320
INSTALLATION = UUID("6f1c1c1e-0c5e-4a46-9a25-8f0f5d1f3b10")
UNIT = 1_000_000

# One unit a minute to Germany.
VERSION = compile_version(7, VersionTerms(0, "UTC"), [TariffRow("", "", "", "49", "Germany", 0, 0, UNIT)])
DECKS = Decks(3, {"standard": Deck("standard", "USD", (VERSION,))})


def row(tenant: str = "acme", account_id: int = 1, **given: Any) -> AccountRow:  # noqa: ANN401 -- any column
    """An open, empty account."""
    plain = AccountRow(
        account_id=account_id, balance_micros=0, debt_micros=0, lot_left_micros=0, lot_expires_s=NEVER_S,
        lot_number=0, sequence=0, depleted=True, more_lots=False, lots_made=0, open_recharge_id="",
        recharge_cycle=0, recharge_block="", declines=0, stray_settlements=False, status="active",
        credit_limit_micros=0, recharge_enabled=False, trigger_micros=None, recharge_amount_micros=None,
        recharge_target_micros=None, max_units=1, monthly_cap_micros=None, daily_count=5, cooldown_s=0,
        opened_hash=0, tenant_id=tenant, name="", currency="USD", timezone="UTC", rate_deck="standard",
        payment_method=None,
    )  # fmt: skip
    return plain._replace(**given)


def funded(micros: int, **given: Any) -> AccountRow:  # noqa: ANN401 -- any column
    """An account with one lot that never expires."""
    money: dict[str, Any] = {"balance_micros": micros, "depleted": False, "lot_left_micros": micros}
    return row(**money | {"lot_number": 1, "lots_made": 1} | given)


def armed(micros: int, **given: Any) -> AccountRow:  # noqa: ANN401 -- any column
    """An account that asks for 20 below 10."""
    settings = {"recharge_enabled": True, "trigger_micros": 10 * UNIT, "recharge_amount_micros": 20 * UNIT}
    return funded(micros, **settings | given)


def lot(number: int, micros: int, **given: Any) -> Lot:  # noqa: ANN401 -- any field
    plain = Lot(number, "purchase", micros, micros, NOW_S - DAY_S, NEVER_S, f"p-{number}", "")
    return plain._replace(**given)


def facts(
    *rows: AccountRow,
    lots: Mapping[int, Sequence[Lot]] | None = None,
    recharges: Sequence[Recharge] = (),
    **given: Any,  # noqa: ANN401 -- any fact
) -> Facts:
    known: dict[str, Any] = {
        "now_us": NOW_S * 1_000_000,
        "now_s": NOW_S,
        "cell": 0,
        "installation": INSTALLATION,
        "limits": Limits(),
        "decks": DECKS,
        "open_from_s": NOW_S - 61 * DAY_S,
        "open_until_s": NOW_S + 301,
        "accounts": {one.tenant_id: one for one in rows},
        "new_account_ids": {},
        "user_numbers": {},
        "lots": {one.account_id: () for one in rows} if lots is None else lots,
        "recharges": {one.recharge_id: one for one in recharges},
    }
    return Facts(**known | given)


def leg(**given: Any) -> Leg:  # noqa: ANN401 -- any field
    return Leg("outbound", "4930123456", "toll", "", NOW_S - 3600, 60, "", "")._replace(**given)


def call(event_id: str = "c-1", tenant: str = "acme", **given: Any) -> Usage:  # noqa: ANN401 -- any field
    """A call to Germany, one minute long unless said otherwise."""
    return usage(event_id, (leg(**given),), tenant, USAGE_CALL)


def conference(*legs: Leg, event_id: str = "m-1", tenant: str = "acme") -> Usage:
    named = tuple(one._replace(leg_id=f"l-{number}") for number, one in enumerate(legs))
    return usage(event_id, named, tenant, USAGE_CONFERENCE)


def usage(event_id: str, legs: tuple[Leg, ...], tenant: str, kind: int) -> Usage:
    started_s = min(one.started_s for one in legs)
    key, digest = hashed_key("s", event_id), content_hash([str(legs)])
    return Usage(tenant, "s", event_id, 0, key, digest, kind, started_s, legs, "", "")


def event(body: AccountBody | PaymentBody, event_id: str = "e-1", tenant: str = "acme") -> Event:
    identity = Identity(tenant, "s", event_id, hashed_key("s", event_id), content_hash([repr(body)]))
    return Event(identity, NOW_S, body)


def auto_recharge(**given: Any) -> AutoRechargeSet:  # noqa: ANN401 -- any setting
    settings: dict[str, Any] = {
        "enabled": True, "currency": "USD", "trigger_micros": 10 * UNIT, "amount_micros": 20 * UNIT,
        "target_micros": None, "max_units": 1, "monthly_cap_micros": None, "daily_count": 5, "cooldown_s": 0,
    }  # fmt: skip
    return AutoRechargeSet(**settings | given)


def credit(micros: int, payment_id: str = "p-1", **given: Any) -> CreditAdded:  # noqa: ANN401 -- any field
    plain: dict[str, Any] = {"currency": "USD", "kind": "purchase", "paid_s": NOW_S, "expires_s": None}
    return CreditAdded(payment_id, micros, **plain | given)


def request(recharge_id: str, **given: Any) -> Recharge:  # noqa: ANN401 -- any field
    """An automatic request for 20 that is open."""
    plain = Recharge(
        recharge_id, 1, "trigger", "open", 20 * UNIT, 1, 1, NOW_S, NOW_S + 900, NOW_S + DAY_S, 0, 10 * UNIT
    )
    return plain._replace(**given)


def decided(known: Facts, *records: Decoded) -> Draft:
    """Decide what needs nothing more to be read."""
    draft = decide(records, known)
    assert isinstance(draft, Draft), f"wants {draft}"
    return draft


def outcome(draft: Draft, index: int = 0) -> Outcome | Rejection:
    return draft.outcomes.get(index, Outcome.CHARGED)


def messages(draft: Draft, kind: type) -> list[Any]:
    return [one.body for one in draft.messages if isinstance(one.body, kind)]
