"""Accounts as documents: the JSON that other programs rely on, and tables for people."""

import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import typer

from worker.cli.output import print_table
from worker.codec.times import rfc3339
from worker.domain.calendar import Timezones
from worker.domain.lot import NEVER_S
from worker.domain.micros import format_micros
from worker.domain.recharge_state import recharge_state, recharging
from worker.postgres.account_views import AccountView, LotView, RequestView
from worker.postgres.allowance_views import AllowanceView

Document = dict[str, object]

COLUMNS = ("tenant", "status", "balance", "currency", "depleted", "auto-recharge", "trigger", "deck")


class Shown(NamedTuple):
    """An account with what stands beside it; lists leave the lots out."""

    account: AccountView
    requests: Sequence[RequestView]
    allowances: Sequence[AllowanceView]
    lots: Sequence[LotView] | None = None


def account_document(shown: Shown) -> Document:
    """Give an account's document."""
    account = shown.account
    document: Document = {
        "tenant_id": account.tenant_id,
        "name": account.name,
        "status": account.status,
        "currency": account.currency,
        "timezone": account.timezone,
        "rate_deck": account.rate_deck,
        "balance": format_micros(account.balance_micros),
        "credit_limit": format_micros(account.credit_limit_micros),
        "depleted": account.depleted,
        "payment_method": account.payment_method,
        "auto_recharge": _auto_recharge(account),
        "open_requests": [_request(request) for request in shown.requests],
    }
    if shown.lots is not None:
        document["lots"] = [_lot(lot) for lot in shown.lots]
    return document | {
        "allowances": [_allowance(allowance) for allowance in shown.allowances],
        "alerts": _levels(account),
    }


def _auto_recharge(account: AccountView) -> Document:
    return {
        "enabled": account.recharge_enabled,
        "trigger": _amount(account.trigger_micros),
        "amount": _amount(account.recharge_amount_micros),
        "target": _amount(account.recharge_target_micros),
        "max_units": account.max_units,
        "monthly_cap": _amount(account.monthly_cap_micros),
        "daily_count": account.daily_count,
        "cooldown_s": account.cooldown_s,
        "state": _state(account),
    }


def _request(request: RequestView) -> Document:
    return {
        "recharge_id": request.recharge_id,
        "reason": request.reason,
        "amount": format_micros(request.amount_micros),
        "attempt": request.attempt,
        "requested_at": rfc3339(request.requested_s),
        "answer_by": rfc3339(request.answer_by_s),
        "expires_at": rfc3339(request.expires_s),
    }


def _lot(lot: LotView) -> Document:
    return {
        "kind": lot.kind,
        "amount": format_micros(lot.amount_micros),
        "left": format_micros(lot.left_micros),
        "paid_at": rfc3339(lot.paid_s),
        "expires_at": None if lot.expires_s >= NEVER_S else rfc3339(lot.expires_s),
    }


def _allowance(allowance: AllowanceView) -> Document:
    return {
        "allowance": allowance.name,
        "period": "calendar_month",
        "minutes": allowance.minutes,
        "used_s": allowance.used_s,
    }


def _levels(account: AccountView) -> list[str]:
    return [format_micros(int(level)) for level in account.alert_levels.split()]


def print_accounts(accounts: Iterable[AccountView]) -> None:
    """Print a line an account, for people."""
    print_table(
        COLUMNS,
        (
            (
                account.tenant_id,
                account.status,
                format_micros(account.balance_micros),
                account.currency,
                "yes" if account.depleted else "no",
                _state(account),
                _amount(account.trigger_micros) or "",
                account.rate_deck,
            )
            for account in accounts
        ),
    )


def print_account(shown: Shown) -> None:
    """Print an account whole, for people."""
    account = shown.account
    print_accounts([account])
    for request in shown.requests:
        what = f"{format_micros(request.amount_micros)} {account.currency} ({request.reason})"
        typer.echo(f"asked for {what}, answer by {rfc3339(request.answer_by_s)}: {request.recharge_id}")
    for lot in shown.lots or ():
        until = "no expiry" if lot.expires_s >= NEVER_S else f"expires {rfc3339(lot.expires_s)}"
        left = f"{format_micros(lot.left_micros)} left of {format_micros(lot.amount_micros)}"
        typer.echo(f"{lot.kind}: {left}, {until}")
    for allowance in shown.allowances:
        used = f"{allowance.used_s} s used of {allowance.minutes} minutes this month"
        typer.echo(f"bundle {allowance.name}: {used}")
    if account.alert_levels:
        typer.echo(f"told when below {', '.join(_levels(account))} {account.currency}")


def _state(account: AccountView) -> str:
    zones = Timezones(account.timezone, account.former_timezones)
    return recharge_state(recharging(account), zones, int(time.time()), waiting=account.waiting)


def _amount(micros: int | None) -> str | None:
    return None if micros is None else format_micros(micros)
