"""Settlement: the payment service's answers, in any order, any number of times."""

from worker.domain.account import Account
from worker.domain.credit import known_payment, refused_credit
from worker.domain.draft import Draft, Outcome
from worker.domain.event import Event, RechargeCompleted, RechargeFailed, RechargePending
from worker.domain.facts import Facts
from worker.domain.recharge import UNKNOWN, Recharge
from worker.domain.recharge_amount import Ask
from worker.domain.recharge_clocks import unanswered
from worker.domain.recharge_machine import TABLE, Does, Happens, Stage, stage_of
from worker.domain.recharge_opening import request_for
from worker.domain.recharge_steps import Turn, take_step
from worker.domain.rejection import Reason, Rejection


def settle(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply an answer of the payment service: what it means depends on where its request stands."""
    assert isinstance(event.body, RechargePending | RechargeCompleted | RechargeFailed)
    name = event.body.recharge_id
    request = draft.recharges.get(name, facts.recharges.get(name))
    if request is not None and request.account_id != account.account_id:
        return conflict("this recharge_id belongs to another tenant")
    draft.touched[account.row.tenant_id] = account
    turn = Turn(account, draft, facts, event)
    match event.body:
        case RechargeCompleted() as body:
            return complete(body, request, turn)
        case RechargePending():
            return note(Happens.PENDING, request, turn)
        case RechargeFailed() as body:
            return note(what_failed(body, request, facts), request, turn)


def note(what: Happens, request: Recharge | None, turn: Turn) -> Outcome:
    """Take the step of an answer without money; of a request that is not remembered only its end is kept."""
    stage = stage_of(request)
    if request is None and TABLE[stage, what].to is not stage:
        request = stray(turn, 0)
    if request is not None:
        take_step(what, request, turn, stage)
    return Outcome.APPLIED


def what_failed(body: RechargeFailed, request: Recharge | None, facts: Facts) -> Happens:
    """Say what a failure means: `declined` counts for any attempt, `unavailable` for the one that is out."""
    if body.outcome == "declined":
        return Happens.DECLINED
    out = request is not None and stage_of(request) in {Stage.ASKED, Stage.PENDING}
    if request is None or not out or body.attempt != request.attempt:
        return Happens.OUTDATED
    return unanswered(request, facts.limits.recharge, facts.now_s)


def complete(body: RechargeCompleted, request: Recharge | None, turn: Turn) -> Outcome | Rejection:
    """Credit what was granted, once by payment and once by request, and close the request.

    Money that was taken is credited whatever became of its request; a second payment for one request
    waits for a person.
    """
    account, draft, facts = turn.account, turn.draft, turn.facts
    refused = refused_credit(account, body.currency, body.amount_micros)
    if refused is not None:
        return refused
    known = known_payment(body.payment_id, body.amount_micros, account, draft, facts)
    if isinstance(known, Rejection):
        return known
    stage, what = stage_of(request), Happens.COMPLETED
    if stage is Stage.COMPLETED:
        what = Happens.COMPLETED_AGAIN if known else Happens.PAID_TWICE
        if Does.PARK in TABLE[stage, what].does:
            return conflict("this request was paid before by another payment: credit or refund it by hand")
        return Outcome.DUPLICATE
    if request is None or request.reason == UNKNOWN:
        request = stray(turn, body.amount_micros)
    take_step(what, request, turn, stage)
    return Outcome.APPLIED


def stray(turn: Turn, amount_micros: int) -> Recharge:
    """Describe a request that was answered for good and is not remembered (a restored backup, say).

    It is recorded, so that its id is never asked with later.
    """
    account, facts = turn.account, turn.facts
    assert turn.event is not None
    assert isinstance(turn.event.body, RechargeCompleted | RechargeFailed)
    account.row = account.row._replace(stray_settlements=True)
    request = request_for(Ask(amount_micros, 1), turn.event.body.recharge_id, UNKNOWN, account, facts)
    return request._replace(expires_s=facts.now_s, closed_s=facts.now_s)


def conflict(detail: str) -> Rejection:
    """Park an answer that a person has to look at."""
    return Rejection(Reason.CONFLICT, "data.recharge_id", detail)
