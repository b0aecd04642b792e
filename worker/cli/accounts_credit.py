"""`talktime accounts add-credit` and `auto-recharge`: how money comes in."""

from enum import StrEnum
from typing import Annotated

import typer

from worker.cli.exits import BAD_NEWS
from worker.cli.output import JsonOption

TenantArgument = Annotated[str, typer.Argument(metavar="TENANT", help="The tenant, by the platform's id.")]


class Kind(StrEnum):
    """What money can be that came another way."""

    PURCHASE = "purchase"
    PROMOTION = "promotion"


def register(accounts: typer.Typer) -> None:
    """Add the commands."""
    # A negative amount is no option: it is refused as the amount that it is.
    accounts.command("add-credit", context_settings={"ignore_unknown_options": True})(add_credit)
    accounts.command("auto-recharge")(auto_recharge)


def add_credit(
    tenant: TenantArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the account's currency: 12.50")],
    already_paid: Annotated[
        str | None,
        typer.Option(
            "--already-paid", metavar="PAYMENT_ID", help="The money came another way; credited once an id."
        ),
    ] = None,
    kind: Annotated[
        Kind | None, typer.Option("--kind", help="With --already-paid; default purchase.")
    ] = None,
    paid_at: Annotated[
        str | None, typer.Option("--paid-at", help="With --already-paid; default now (RFC 3339).")
    ] = None,
    expires_at: Annotated[
        str | None,
        typer.Option("--expires-at", help="With --already-paid; default: purchases after 12 months."),
    ] = None,
    requested_by: Annotated[str | None, typer.Option("--requested-by", help="Who asks for it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the payment service for credit, or book money that came another way."""
    if already_paid is None:
        if kind or paid_at or expires_at:
            raise typer.BadParameter("--kind, --paid-at and --expires-at go with --already-paid PAYMENT_ID")
        from uuid import uuid4

        asked: dict[str, object] = {
            "request_id": str(uuid4()),
            "amount": amount,
            "requested_by": requested_by,
        }
        carry(tenant, "credit_requested", asked, arguments=("amount",), in_currency=True, as_json=as_json)
        return
    if requested_by is not None:
        raise typer.BadParameter(
            "goes with a request only, not with --already-paid", param_hint="--requested-by"
        )
    booked: dict[str, object] = {
        "payment_id": already_paid,
        "amount": amount,
        "kind": (kind or Kind.PURCHASE).value,
        "paid_at": paid_at,
        "expires_at": expires_at,
    }
    carry(tenant, "credit_added", booked, arguments=("amount",), in_currency=True, as_json=as_json)


def auto_recharge(
    tenant: TenantArgument,
    trigger: Annotated[
        str | None, typer.Option("--trigger", help="Ask when the balance is strictly below.")
    ] = None,
    amount: Annotated[str | None, typer.Option("--amount", help="What one unit adds.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="What the balance is brought up to.")] = None,
    max_units: Annotated[
        int | None, typer.Option("--max-units", help="Most units at once; default 1.", show_default=False)
    ] = None,
    monthly_cap: Annotated[
        str | None, typer.Option("--monthly-cap", help="Most that a month may add up to; default none.")
    ] = None,
    daily_count: Annotated[
        int | None, typer.Option("--daily-count", help="Most requests a day; default 5.", show_default=False)
    ] = None,
    cooldown: Annotated[
        int | None,
        typer.Option("--cooldown", help="Seconds between requests; default 0.", show_default=False),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Ask no more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Set auto-recharge, all of it at once: below the trigger, ask for an amount or up to a target."""
    fields: dict[str, object] = {
        "trigger": trigger,
        "amount": amount,
        "target": target,
        "max_units": max_units,
        "monthly_cap": monthly_cap,
        "daily_count": daily_count,
        "cooldown_s": cooldown,
    }
    if off:
        if any(given is not None for given in fields.values()):
            raise typer.BadParameter(
                "stands alone: the other options turn auto-recharge on", param_hint="--off"
            )
        carry(tenant, "auto_recharge_set", {"enabled": False}, as_json=as_json)
        return
    if trigger is None:
        raise typer.BadParameter("is needed, or --off", param_hint="--trigger")
    if (amount is None) == (target is None):
        raise typer.BadParameter("exactly one of the two is needed", param_hint="--amount, --target")
    carry(tenant, "auto_recharge_set", {"enabled": True} | fields, in_currency=True, as_json=as_json)


def carry(
    tenant: str,
    event_type: str,
    fields: dict[str, object],
    *,
    arguments: tuple[str, ...] = (),
    nulls: tuple[str, ...] = (),
    in_currency: bool = False,
    rate_deck: str | None = None,
    as_json: bool,
) -> None:
    """Carry a wish out, and end with bad news when it was refused."""
    from worker.cli.accounts_wishes import Wish
    from worker.cli.accounts_write import carry_out

    wish = Wish(tenant, event_type, fields, arguments, nulls, in_currency, rate_deck)
    if not carry_out(wish, as_json=as_json):
        raise typer.Exit(BAD_NEWS)
