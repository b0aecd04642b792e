"""`talktime accounts allowance`, `alerts`, `payment-method`, `adjust`: what else can be set or booked."""

from enum import StrEnum
from typing import Annotated

import typer

from worker.cli.accounts_credit import TenantArgument, carry
from worker.cli.output import JsonOption

ListOption = list[str] | None


class Adjustment(StrEnum):
    """Why a balance is moved by hand."""

    FEE = "fee"
    GOODWILL = "goodwill"
    WRITE_OFF = "write_off"
    MIGRATION = "migration"


def register(accounts: typer.Typer) -> None:
    """Add the commands."""
    accounts.command("allowance")(allowance)
    accounts.command("alerts")(alerts)
    accounts.command("payment-method")(payment_method)
    # An amount below 0 begins as an option does.
    accounts.command("adjust", context_settings={"ignore_unknown_options": True})(adjust)


def allowance(
    tenant: TenantArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The bundle's name.")],
    minutes: Annotated[int, typer.Option("--minutes", help="A calendar month; 0 ends the bundle.")],
    service: Annotated[
        ListOption, typer.Option("--service", help="outbound, inbound, dial_in, dial_out; default any.")
    ] = None,
    number_type: Annotated[
        ListOption, typer.Option("--number-type", help="toll, toll_free, short_code; default toll.")
    ] = None,
    prefix: Annotated[ListOption, typer.Option("--prefix", help="Leading digits; default any.")] = None,
    except_prefix: Annotated[
        ListOption, typer.Option("--except-prefix", help="Leading digits left out of those.")
    ] = None,
    origin: Annotated[
        ListOption, typer.Option("--origin", help="Where the caller is; default anywhere.")
    ] = None,
    effective_from: Annotated[
        str | None,
        typer.Option("--effective-from", help="For that month and after; default now (RFC 3339)."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Set a bundle of minutes, all of it at once; the lists' options may be repeated."""
    applies_to = {
        "services": listed(service),
        "number_types": listed(number_type),
        "prefixes": listed(prefix),
        "except_prefixes": listed(except_prefix),
        "origins": listed(origin),
    }
    fields: dict[str, object] = {
        "allowance": name,
        "minutes": minutes,
        "period": "calendar_month",
        "applies_to": {field: values for field, values in applies_to.items() if values},
        "effective_from": effective_from,
    }
    carry(tenant, "allowance_set", fields, as_json=as_json)


def alerts(
    tenant: TenantArgument,
    level: Annotated[
        ListOption, typer.Option("--level", help="Tell when the balance falls below; may be repeated.")
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Tell no more.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Set the levels at which a falling balance makes a notice, all of them at once."""
    levels = listed(level)
    if bool(levels) == off:
        raise typer.BadParameter("one of the two is needed, not both", param_hint="--level, --off")
    carry(tenant, "alerts_set", {"levels": levels}, in_currency=True, as_json=as_json)


def payment_method(
    tenant: TenantArgument,
    method: Annotated[
        str | None,
        typer.Argument(metavar="METHOD", help="The payment service's own reference.", show_default=False),
    ] = None,
    label: Annotated[str | None, typer.Option("--label", help="How people call it.")] = None,
    default: Annotated[
        bool, typer.Option("--default", help="As the payment service thinks best.", show_default=False)
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Choose how recharges are paid."""
    if (method is None) != default:
        raise typer.BadParameter("one of the two is needed, not both", param_hint="METHOD, --default")
    if default and label is not None:
        raise typer.BadParameter("goes with a METHOD only", param_hint="--label")
    fields: dict[str, object] = {"payment_method": method, "label": label}
    carry(
        tenant,
        "payment_method_set",
        fields,
        arguments=("payment_method",),
        nulls=("payment_method", "label"),
        as_json=as_json,
    )


def adjust(
    tenant: TenantArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="In the account's currency: 5 or -2.50")],
    adjustment_id: Annotated[
        str, typer.Option("--adjustment-id", metavar="ID", help="Booked once an id, for ever.")
    ],
    kind: Annotated[Adjustment, typer.Option("--kind", help="fee, goodwill, write_off or migration.")],
    description: Annotated[str, typer.Option("--description", help="What the statement says.")],
    by: Annotated[str, typer.Option("--by", help="Who decided it.")],
    as_json: JsonOption = False,
) -> None:
    """Move the balance by hand, as a line of its own on the statement."""
    fields: dict[str, object] = {
        "adjustment_id": adjustment_id,
        "amount": amount,
        "kind": kind.value,
        "description": description,
        "by": by,
    }
    carry(tenant, "adjusted", fields, arguments=("amount",), in_currency=True, as_json=as_json)


def listed(given: ListOption) -> list[str]:
    """Read an option that is repeated, or given once with commas."""
    return [part.strip() for value in given or () for part in value.split(",")]
