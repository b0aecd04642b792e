"""The book of the simulated payment service: what is answered to which request, and when."""

from typing import Final, NamedTuple, TypeVar

from worker.simulators.event import Outgoing
from worker.simulators.payment_kinds import PAID_IN_SILENCE, SCRIPTS, Kind, Says, Step
from worker.simulators.payment_manner import Manner, delay_s, kind_of
from worker.simulators.payment_requests import Cancelled, Request, Result
from worker.simulators.payments import words

# Requests that are remembered: more than are open at any time.
REMEMBERED: Final = 200_000

KeptT = TypeVar("KeptT")

FINAL: Final = frozenset({Says.COMPLETED, Says.OTHER_AMOUNT, Says.DECLINED, Says.DECLINED_FOR_GOOD})


class Answer(NamedTuple):
    """Something to be said once its time has come, in Unix seconds; `kind` is what becomes of the request."""

    due_s: float
    kind: Kind
    says: Says
    request: Request
    event: Outgoing


class _Case(NamedTuple):
    """A request as it came first, and whether the answers of its kind are under way."""

    first: Request
    under_way: bool


class PaymentBook:
    """Keeps what a payment service promises, however often and in whatever order it is asked.

    A recharge id is paid at most once, for the amount that it first came with; nothing begins after
    `expires_at` or for a request that was taken back; what was said for good is said to every later attempt.
    `overdue` counts the attempts that came too late.
    """

    def __init__(self, manner: Manner) -> None:
        self.overdue = 0
        self._manner = manner
        self._cases: dict[str, _Case] = {}
        self._results: dict[str, Result] = {}
        self._cancelled: dict[str, None] = {}

    def consider(self, request: Request, now_s: float) -> list[Answer]:
        """Decide what is said to an attempt, and when."""
        case = self._cases.get(request.recharge_id)
        result = self._results.get(request.recharge_id)
        if result is not None:
            return _again(request, result, now_s)
        if request.recharge_id in self._cancelled or (case is not None and case.under_way):
            return []
        if now_s > request.expires_s:
            self.overdue += 1
            return []
        first = request if case is None else case.first
        kind = kind_of(request.recharge_id, request.attempt, self._manner)
        script = SCRIPTS[kind]
        if kind is Kind.LATE_FAILURE and request.attempt == 1:
            # Its failure is said once a later attempt has succeeded.
            script = ()
        under_way = bool(script) and kind is not Kind.UNAVAILABLE
        _keep(self._cases, request.recharge_id, _Case(first, under_way))
        fixed = request._replace(amount=first.amount, currency=first.currency)
        return [self._answer(kind, step, fixed, now_s) for step in script]

    def cancel(self, cancelled: Cancelled) -> None:
        """Hear that a request is taken back."""
        _keep(self._cancelled, cancelled.recharge_id, None)

    def holds(self, answer: Answer) -> bool:
        """Say whether an answer is still to be given; money that has been taken is always told of."""
        taken = answer.kind in PAID_IN_SILENCE or answer.request.recharge_id in self._results
        return taken or answer.request.recharge_id not in self._cancelled

    def remember(self, result: Result) -> None:
        """Keep what was said for good, also by a service that ran before this one."""
        if result.recharge_id not in self._results:
            _keep(self._results, result.recharge_id, result)

    def _answer(self, kind: Kind, step: Step, request: Request, now_s: float) -> Answer:
        since_s = {
            "request": now_s + delay_s(request.recharge_id, request.attempt, self._manner),
            "answer_by": max(now_s, request.answer_by_s),
            "expires_at": max(now_s, request.expires_s),
        }[step.after]
        due_s = since_s + step.pauses * self._manner.pause_s
        event = words(step.says, request, self._manner.pending_s, due_s)
        return Answer(due_s, kind, step.says, request, event)


def result_of(answer: Answer) -> Result | None:
    """Give what an answer says for good, if it does."""
    if answer.says not in FINAL:
        return None
    return Result(answer.request.recharge_id, answer.says, answer.due_s, answer.event)


def _again(request: Request, result: Result, now_s: float) -> list[Answer]:
    """Say a result once more, in the same words, to an attempt that was made after it was said."""
    if request.requested_s < int(result.said_s):
        return []
    return [Answer(now_s, Kind(result.says), result.says, request, result.event)]


def _keep(kept: dict[str, KeptT], recharge_id: str, value: KeptT) -> None:
    kept[recharge_id] = value
    if len(kept) > REMEMBERED:
        del kept[next(iter(kept))]
