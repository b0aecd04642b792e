"""Settlement: the payment service's answers, in any order, any number of times."""

from worker.domain.account import Account
from worker.domain.credit import add_credit, known_payment, refused_credit
from worker.domain.draft import Draft, Outcome
from worker.domain.event import Event, RechargeCompleted, RechargeFailed
from worker.domain.facts import Facts
from worker.domain.message import Notice
from worker.domain.recharge import Recharge
from worker.domain.rejection import Reason, Rejection


def settle(event: Event, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Apply an answer of the payment service."""
    match event.body:
        case RechargeCompleted() as body:
            return complete(event, body, account, draft, facts)
        case RechargeFailed() as body:
            return fail(body, account, draft, facts)
        case _:
            raise AssertionError(f"{type(event.body).__name__} is no payment event")


def complete(
    event: Event, body: RechargeCompleted, account: Account, draft: Draft, facts: Facts
) -> Outcome | Rejection:
    """Credit what was granted, once by payment and once by request, and close the request.

    Money that was taken is credited whatever became of its request; a second payment for one request
    waits for a person.
    """
    request = find_request(body.recharge_id, draft, facts)
    if request is not None and request.account_id != account.account_id:
        return conflict("this recharge_id belongs to another tenant")
    refused = refused_credit(account, body.currency, body.amount_micros)
    if refused is not None:
        return refused
    known = known_payment(body.payment_id, body.amount_micros, account, draft, facts)
    if isinstance(known, Rejection):
        return known
    if known and request is not None and request.state == "completed":
        return Outcome.DUPLICATE
    if not known:
        if request is not None and request.state == "completed":
            return conflict("this request was paid before by another payment: credit or refund it by hand")
        add_credit(
            event.identity,
            account,
            draft,
            facts,
            kind="purchase",
            amount_micros=body.amount_micros,
            payment_id=body.payment_id,
            paid_s=body.paid_s,
            recharge_id=body.recharge_id,
        )
    close_completed(body, request, account, draft, facts)
    return Outcome.APPLIED


def close_completed(
    body: RechargeCompleted, request: Recharge | None, account: Account, draft: Draft, facts: Facts
) -> None:
    """Close the request; an unknown one is recorded, so that it is never opened later."""
    reason, amounts = "", {"amount": body.amount_micros}
    if request is not None:
        amounts["requested"] = request.amount_micros
    if request is None:
        reason = "unknown_request"
        request = stray(body, account, facts)
        account.row = account.row._replace(stray_settlements=True)
    elif not request.is_open:
        reason = "late"
    elif request.amount_micros != body.amount_micros:
        reason = "other_amount"
    draft.recharges[request.recharge_id] = request._replace(
        state="completed",
        payment_id=body.payment_id,
        granted_micros=body.amount_micros,
        closed_s=facts.now_s,
    )
    if account.row.open_recharge_id == request.recharge_id:
        account.row = account.row._replace(open_recharge_id="")
    draft.touched[account.row.tenant_id] = account
    if reason:
        names: dict[str, str | int] = {"recharge_id": body.recharge_id, "payment_id": body.payment_id}
        draft.say(account, Notice("recharge.flagged", reason, amounts, names))


def stray(body: RechargeCompleted, account: Account, facts: Facts) -> Recharge:
    """Describe a request that was answered and is not remembered (a restored backup, say)."""
    return Recharge(
        recharge_id=body.recharge_id,
        account_id=account.account_id,
        reason="unknown",
        state="completed",
        amount_micros=body.amount_micros,
        units=1,
        attempt=1,
        requested_s=facts.now_s,
        answer_by_s=facts.now_s,
        expires_s=facts.now_s,
        balance_micros=account.balance,
        trigger_micros=account.row.trigger_micros,
    )


def fail(body: RechargeFailed, account: Account, draft: Draft, facts: Facts) -> Outcome | Rejection:
    """Close the open request and ask nothing more until the next credit or settings.

    `declined` counts for any attempt of the open request, `unavailable` for its own only; an answer about
    a closed request has no effect.
    """
    request = find_request(body.recharge_id, draft, facts)
    if request is not None and request.account_id != account.account_id:
        return conflict("this recharge_id belongs to another tenant")
    draft.touched[account.row.tenant_id] = account
    if request is None or not request.is_open:
        return Outcome.APPLIED
    if body.outcome == "unavailable" and body.attempt != request.attempt:
        return Outcome.APPLIED
    draft.recharges[request.recharge_id] = request._replace(state=body.outcome, closed_s=facts.now_s)
    if account.row.open_recharge_id == request.recharge_id:
        account.row = account.row._replace(
            open_recharge_id="", recharge_block=body.outcome, declines=account.row.declines + 1
        )
    names: dict[str, str | int] = {
        "recharge_id": body.recharge_id,
        "code": body.code,
        "message": body.message,
        "attempt": body.attempt,
    }
    draft.say(account, Notice("recharge.declined", body.outcome, {"amount": request.amount_micros}, names))
    return Outcome.APPLIED


def find_request(recharge_id: str, draft: Draft, facts: Facts) -> Recharge | None:
    """Find a request as this batch has left it."""
    return draft.recharges.get(recharge_id, facts.recharges.get(recharge_id))


def conflict(detail: str) -> Rejection:
    """Park an answer that a person has to look at."""
    return Rejection(Reason.CONFLICT, "data.recharge_id", detail)
