"""Steps of a recharge request: what the machine's table says is done, done."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from worker.domain.account import Account
from worker.domain.credit import add_credit
from worker.domain.draft import Draft
from worker.domain.event import Event, RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.facts import Facts
from worker.domain.message import Notice, RechargeCancelled, RechargeRequested
from worker.domain.recharge import AUTOMATIC, BY_HAND, Recharge
from worker.domain.recharge_blocks import back_off
from worker.domain.recharge_counts import count, count_today, uncount
from worker.domain.recharge_machine import TABLE, Does, Happens, Stage, entered, stage_of

AnswerT = TypeVar("AnswerT", RechargePending, RechargeCompleted, RechargeFailed)


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose request it is, what is known, and the answer that came, if it is one."""

    account: Account
    draft: Draft
    facts: Facts
    event: Event | None = None


def take_step(what: Happens, request: Recharge, turn: Turn, stage: Stage | None = None) -> Recharge:
    """Do what the table says; `stage` is given where the request does not tell it: nobody knew of it."""
    step = TABLE[stage or stage_of(request), what]
    before = request
    for does in step.does:
        request = DOES[does](request, turn)
    if step.does or step.to is not stage_of(before):
        request = entered(request, step.to)
        turn.draft.keep(request)
    turn.draft.touched[turn.account.row.tenant_id] = turn.account
    return request


def _count_today(request: Recharge, turn: Turn) -> Recharge:
    turn.account.row = count_today(turn.account.row, request.requested_s)
    return request


def _count(request: Recharge, turn: Turn) -> Recharge:
    turn.account.row = count(turn.account.row, request)
    return request


def _uncount(request: Recharge, turn: Turn) -> Recharge:
    turn.account.row = uncount(turn.account.row, request)
    return request


def _send(request: Recharge, turn: Turn) -> Recharge:
    now_s = turn.facts.now_s
    request = request._replace(answer_by_s=now_s + turn.facts.limits.recharge.answer_by_s)
    turn.draft.say(turn.account, RechargeRequested(request, now_s))
    return request


def _send_again(request: Recharge, turn: Turn) -> Recharge:
    return _send(request._replace(attempt=request.attempt + 1), turn)


def _rest(request: Recharge, turn: Turn) -> Recharge:
    return request._replace(retry_s=turn.facts.now_s + turn.facts.limits.recharge.retry_wait_s)


def _hold(request: Recharge, turn: Turn) -> Recharge:
    """Wait until the latest moment that was named, within limits: answers come in any order."""
    body = _answer(turn, RechargePending)
    most_s = request.expires_s + turn.facts.limits.recharge.pending_s
    until_s = max(request.pending_until_s, min(body.answer_by_s, most_s))
    request = request._replace(pending_until_s=until_s)
    if body.status != "requires_action" or (body.action_url or "") == request.action_url:
        return request
    names: dict[str, str | int] = {"recharge_id": request.recharge_id}
    if body.action_url:
        names["action_url"] = body.action_url
    told = Notice(
        "recharge.action_required",
        "requires_action",
        {"amount": request.amount_micros},
        names,
        {"answer_by": until_s},
    )
    turn.draft.say(turn.account, told)
    return request._replace(action_url=body.action_url or "")


def _credit(request: Recharge, turn: Turn) -> Recharge:
    body = _answer(turn, RechargeCompleted)
    account, draft, facts = turn.account, turn.draft, turn.facts
    key = (account.account_id, body.payment_id)
    if key not in draft.payments and key not in facts.known_payments:
        assert turn.event is not None
        add_credit(
            turn.event.identity,
            account,
            draft,
            facts,
            kind="purchase",
            amount_micros=body.amount_micros,
            payment_id=body.payment_id,
            paid_s=body.paid_s,
            recharge_id=body.recharge_id,
            receipt=body.receipt,
        )
    return request._replace(
        payment_id=body.payment_id, granted_micros=body.amount_micros, closed_s=facts.now_s
    )


def _flag(request: Recharge, turn: Turn) -> Recharge:
    """Say that money does not fit what was asked for; `request` still stands where it stood before."""
    body, amounts = _answer(turn, RechargeCompleted), {"requested": request.amount_micros}
    if request.reason not in {AUTOMATIC, BY_HAND}:
        reason, amounts = "unknown_request", {}
    elif not request.is_open:
        reason = "late"
    elif request.amount_micros != body.amount_micros:
        reason = "other_amount"
    else:
        return request
    names: dict[str, str | int] = {"recharge_id": body.recharge_id, "payment_id": body.payment_id}
    amounts = {"amount": body.amount_micros} | amounts
    turn.draft.say(turn.account, Notice("recharge.flagged", reason, amounts, names))
    return request


def _close(request: Recharge, turn: Turn) -> Recharge:
    row, now_s = turn.account.row, turn.facts.now_s
    if request.reason == AUTOMATIC:
        row = row._replace(open_recharge_id="", cooling_until_s=now_s + row.cooldown_s)
    else:
        row = row._replace(open_by_hand=row.open_by_hand - 1)
    turn.account.row = row
    return request._replace(closed_s=now_s)


def _back_off(request: Recharge, turn: Turn) -> Recharge:
    back_off(request, _answer(turn, RechargeFailed), turn.account, turn.draft, turn.facts)
    return request


def _tell_expired(request: Recharge, turn: Turn) -> Recharge:
    told = Notice(
        "recharge.expired",
        "pending_too_long" if request.pending_until_s > request.expires_s else "no_answer",
        {"amount": request.amount_micros},
        {"recharge_id": request.recharge_id, "attempts": request.attempt},
        {"expires_at": max(request.expires_s, request.pending_until_s)},
    )
    turn.draft.say(turn.account, told)
    return request


def _tell_service(request: Recharge, turn: Turn) -> Recharge:
    turn.draft.say(turn.account, RechargeCancelled(request.recharge_id, turn.account.row.status))
    return request


def _answer(turn: Turn, kind: type[AnswerT]) -> AnswerT:
    assert turn.event is not None, "only an answer brings a request here"
    assert isinstance(turn.event.body, kind), "the table names what each answer does"
    return turn.event.body


DOES: Final[dict[Does, Callable[[Recharge, Turn], Recharge]]] = {
    Does.COUNT_TODAY: _count_today,
    Does.COUNT: _count,
    Does.SEND: _send,
    Does.SEND_AGAIN: _send_again,
    Does.REST: _rest,
    Does.HOLD: _hold,
    Does.CREDIT: _credit,
    Does.FLAG: _flag,
    Does.UNCOUNT: _uncount,
    Does.BACK_OFF: _back_off,
    Does.TELL_EXPIRED: _tell_expired,
    Does.TELL_SERVICE: _tell_service,
    Does.CLOSE: _close,
}
