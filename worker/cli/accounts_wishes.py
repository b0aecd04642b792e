"""What a person wants of an account, as an event; what the database already forbids is refused here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import typer

from worker.cli.accounts_read import NOBODY
from worker.cli.exits import BAD_NEWS, CommandError
from worker.codec.commands import Command, encode_command
from worker.domain.event import AutoRechargeSet, CreditRequested
from worker.domain.micros import MICROS_PER_UNIT
from worker.domain.policy import impossible
from worker.domain.recharge import RechargeLimits
from worker.domain.rejection import Reason, Rejection
from worker.postgres.account_views import AccountView
from worker.settings.business import Recharge

SOURCE: Final = "talktime-cli"

# How the fields of events are called on the command line, where that is not their own name.
HINTS: Final = {
    "tenant_id": "TENANT",
    "payment_id": "--already-paid",
    "cooldown_s": "--cooldown",
    "allowance": "NAME",
    "payment_method": "METHOD",
    "services": "--service",
    "number_types": "--number-type",
    "prefixes": "--prefix",
    "except_prefixes": "--except-prefix",
    "origins": "--origin",
    "levels": "--level",
}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known when a wish is looked at; no account, or no deck of the name: None."""

    account: AccountView | None
    deck_currency: str | None
    limits: Recharge
    now_s: int


@dataclass(frozen=True, slots=True)
class Wish:
    """An event to be; `arguments` are the fields that stand on the command line without an option.

    `nulls` are fields that mean something when they are null; other absent ones are left out.
    `in_currency`: its amounts are in the account's currency.
    """

    tenant_id: str
    event_type: str
    fields: dict[str, object]
    arguments: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    in_currency: bool = False
    rate_deck: str | None = None


def command_of(wish: Wish, known: Known) -> Command:
    """Make the event, or refuse what cannot work before anything is published."""
    data: dict[str, object] = {"tenant_id": wish.tenant_id} | wish.fields
    if wish.event_type != "opened":
        if known.account is None:
            raise CommandError(BAD_NEWS, NOBODY.format(repr(wish.tenant_id)))
        if wish.in_currency:
            data["currency"] = known.account.currency
    command = encode_command(wish.event_type, data, source=SOURCE, now_s=known.now_s, nulls=wish.nulls)
    if isinstance(command, Rejection):
        raise wrong_field(command, wish)
    for check in CHECKS:
        check(wish, command, known)
    return command


def wrong_field(rejection: Rejection, wish: Wish) -> typer.BadParameter:
    """Say what is wrong by the name that the command line has for it."""
    name = rejection.field.removeprefix("data.").removeprefix("applies_to.").split(".")[0]
    option = name.upper() if name in wish.arguments else "--" + name.replace("_", "-")
    return typer.BadParameter(rejection.detail, param_hint=HINTS.get(name, option) if name else None)


def opens_once(wish: Wish, command: Command, known: Known) -> None:
    """Refuse to open an account again with other content; the same content again does nothing."""
    account = known.account
    if wish.event_type != "opened" or account is None:
        return
    if account.opened_hash != command.identity.content_hash:
        terms = f"{account.currency}, {account.timezone}, deck {account.rate_deck!r}"
        why = f"{wish.tenant_id!r} has an account ({terms}): `talktime accounts change` changes it"
        raise typer.BadParameter(why, param_hint="TENANT")


def deck_fits(wish: Wish, _command: Command, known: Known) -> None:
    """Refuse a deck in another currency; one that is not loaded yet may come later."""
    if wish.rate_deck is None:
        return
    if known.deck_currency is None:
        typer.echo(
            f"warning: rate deck {wish.rate_deck!r} is not loaded; usage waits until it is imported",
            err=True,
        )
        return
    currency = wish.fields.get("currency") if known.account is None else known.account.currency
    if known.deck_currency != currency:
        why = f"deck {wish.rate_deck!r} is in {known.deck_currency}, the account in {currency}"
        raise typer.BadParameter(why, param_hint="--rate-deck")


def policy_works(wish: Wish, command: Command, known: Known) -> None:
    """Refuse settings of auto-recharge that can never work, with the nearest that do."""
    if not isinstance(command.body, AutoRechargeSet) or known.account is None:
        return
    refused = impossible(
        command.body,
        currency=known.account.currency,
        credit_limit_micros=known.account.credit_limit_micros,
        limits=RechargeLimits(
            minimum_units=known.limits.minimum_units,
            maximum_units=known.limits.maximum_units,
            step_minor=known.limits.step_minor,
        ),
    )
    if refused is not None:
        raise wrong_field(refused, wish)


def request_works(wish: Wish, command: Command, known: Known) -> None:
    """Refuse to ask for less or more than the payment service takes at once."""
    if not isinstance(command.body, CreditRequested):
        return
    smallest, largest = known.limits.minimum_units, known.limits.maximum_units
    if not smallest * MICROS_PER_UNIT <= command.body.amount_micros <= largest * MICROS_PER_UNIT:
        detail = f"must be {smallest} to {largest} at once"
        raise wrong_field(Rejection(Reason.POLICY_IMPOSSIBLE, "data.amount", detail), wish)


CHECKS: Final[tuple[Callable[[Wish, Command, Known], None], ...]] = (
    opens_once,
    deck_fits,
    policy_works,
    request_works,
)
