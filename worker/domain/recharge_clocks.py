"""Clocks of a recharge request: when something happens to it although nobody says anything."""

from worker.domain.lot import NEVER_S
from worker.domain.recharge import Recharge, RechargeLimits
from worker.domain.recharge_machine import Happens, Stage, stage_of


def clock_of(request: Recharge, limits: RechargeLimits) -> int:
    """Give the next moment at which something happens to a request."""
    return NEVER_S if not request.is_open else min(_stage_ends_s(request), end_of(request, limits))


def end_of(request: Recharge, limits: RechargeLimits) -> int:
    """Give the moment at which an open request expires; a payment under way may put it off."""
    return max(request.expires_s, request.pending_until_s) + limits.grace_s


def overdue(request: Recharge, limits: RechargeLimits, now_s: int, unread_s: int = 0) -> Happens | None:
    """Say what has happened to a request by now, because nobody said anything.

    Answers may wait unread for `unread_s`: as long as one of them may be its, a request does not end.
    """
    if clock_of(request, limits) > now_s:
        return None
    if end_of(request, limits) <= now_s:
        return Happens.TIME_UP if end_of(request, limits) + unread_s <= now_s else None
    if stage_of(request) is Stage.RESTING and now_s < request.expires_s:
        return Happens.REST_OVER
    return unanswered(request, limits, now_s)


def unanswered(request: Recharge, limits: RechargeLimits, now_s: int) -> Happens:
    """Say what follows from an attempt without an answer: is there another one, still before the expiry?"""
    again_s = now_s + limits.retry_wait_s
    if stage_of(request) is not Stage.RESTING and request.attempt < limits.attempts:
        return Happens.NO_ANSWER if again_s < request.expires_s else Happens.NO_ANSWER_LEFT
    return Happens.NO_ANSWER_LEFT


def _stage_ends_s(request: Recharge) -> int:
    match stage_of(request):
        case Stage.RESTING | Stage.SILENT:
            return request.retry_s
        case Stage.PENDING:
            return max(request.answer_by_s, request.pending_until_s)
        case _:
            return request.answer_by_s
