"""What blocks automatic requests after the payment service refused one, and what starts them again."""

from typing import Final

from worker.domain.account import Account, AccountRow
from worker.domain.draft import Draft
from worker.domain.event import RechargeFailed
from worker.domain.facts import Facts
from worker.domain.message import Notice
from worker.domain.recharge import AUTOMATIC, Recharge

# What stands in the account: a new request waits for its time, or for a purchase, settings or payment method.
DECLINED: Final = "declined"
STOPPED: Final = "stopped"


def back_off(request: Recharge, answer: RechargeFailed, account: Account, draft: Draft, facts: Facts) -> None:
    """Wait longer after each decline in a row, and stop when there is no longer wait, or no hope.

    A request by hand that is declined says nothing about the automatic ones, unless no retry can work.
    """
    row, waits = account.row, facts.limits.recharge.declined_waits_s
    names: dict[str, str | int] = {
        "recharge_id": request.recharge_id,
        "code": answer.code,
        "message": answer.message,
        "attempt": answer.attempt,
    }
    automatic = request.reason == AUTOMATIC
    if automatic:
        row = row._replace(declines=row.declines + 1)
        names["declines"] = row.declines
    never = answer.retry == "never"
    stops = never or (automatic and row.declines > len(waits))
    times: dict[str, int] = {}
    if automatic and not stops and row.recharge_block != STOPPED:
        times["asks_again_at"] = facts.now_s + waits[row.declines - 1]
        row = row._replace(recharge_block=DECLINED, blocked_until_s=times["asks_again_at"])
    account.row = row
    amounts = {"amount": request.amount_micros}
    draft.say(account, Notice("recharge.declined", "declined", amounts, names, times))
    if stops:
        why = "retry_never" if never else "declined_repeatedly"
        stop_asking(account, draft, why, {"recharge_id": request.recharge_id})


def stop_asking(account: Account, draft: Draft, reason: str, told: dict[str, str | int]) -> None:
    """Ask no more until a purchase, new settings or a new payment method; it is said once."""
    row = account.row
    if row.recharge_block == STOPPED:
        return
    account.row = row._replace(recharge_block=STOPPED, blocked_until_s=0)
    if row.recharge_enabled and row.trigger_micros is not None:
        draft.say(account, Notice("recharge.stopped", reason, {"trigger": row.trigger_micros}, told))


def start_again(row: AccountRow) -> AccountRow:
    """Forget what was declined: a purchase, new settings or a new payment method give hope."""
    return row._replace(recharge_block="", blocked_until_s=0, declines=0)


def waited_out(row: AccountRow, now_s: int) -> AccountRow:
    """Lift a block whose time is over; the next decline still counts as one more in a row."""
    if row.recharge_block in {"", STOPPED} or row.blocked_until_s > now_s:
        return row
    return row._replace(recharge_block="", blocked_until_s=0)
