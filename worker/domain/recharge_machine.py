"""The life of a recharge request: every stage, everything that can happen in it, and what follows.

The table below is the machine: deciding looks every step up in it, and the guide's picture is made of it.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from worker.domain.lot import NEVER_S
from worker.domain.recharge import Recharge


class Stage(StrEnum):
    """Where a request stands."""

    NONE = "none"
    ASKED = "asked"
    RESTING = "resting"
    SILENT = "silent"
    PENDING = "pending"
    COMPLETED = "completed"
    DECLINED = "declined"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


STAGES: Final = {
    Stage.NONE: "there is no such request, or none is remembered",
    Stage.ASKED: "an attempt waits for its answer until `answer_by`",
    Stage.RESTING: "the same request is sent again in a moment",
    Stage.SILENT: "every attempt is used up: only an answer or the end is waited for",
    Stage.PENDING: "a payment is under way: silence and end wait for its `answer_by`",
    Stage.COMPLETED: "the money has come",
    Stage.DECLINED: "the payment service refused for good",
    Stage.EXPIRED: "nobody answered in time",
    Stage.CANCELLED: "taken back, because the account was suspended or closed",
}


class Happens(StrEnum):
    """What can happen to a request."""

    BELOW_TRIGGER = "the balance is below the trigger, and nothing blocks"
    BY_HAND = "the administrator adds credit by hand"
    PENDING = "answered: pending, `processing` or `requires_action`"
    COMPLETED = "answered: completed"
    COMPLETED_AGAIN = "answered: completed, by the same payment"
    PAID_TWICE = "answered: completed, by another payment"
    DECLINED = "answered: failed, `declined`, of whatever attempt"
    NO_ANSWER = "answered: failed, `unavailable`; or `answer_by` passed; an attempt is left"
    NO_ANSWER_LEFT = "the same, but no attempt is left, or none before `expires_at`"
    OUTDATED = "answered: failed, `unavailable`, of an attempt that is over"
    REST_OVER = "the moment is over"
    TIME_UP = "`expires_at`, or a later `answer_by` of a pending, and the grace passed"
    TAKEN_BACK = "the account is suspended or closed"


class Does(StrEnum):
    """What a step does, beside entering its stage."""

    COUNT_TODAY = "counts towards the day's requests"
    COUNT = "counts towards the cap"
    SEND = "asks the payment service"
    SEND_AGAIN = "asks again: same id and amount, next attempt"
    REST = "waits a moment"
    HOLD = "holds silence and end back; says where to act"
    CREDIT = "credits the payment, once"
    FLAG = "flags what does not fit"
    UNCOUNT = "no longer counts towards the cap"
    BACK_OFF = "waits before a new request, or stops"
    TELL_EXPIRED = "says that it expired"
    TELL_SERVICE = "tells the payment service"
    CLOSE = "closes; the cooldown begins"
    PARK = "is parked: a person credits or refunds"


class Step(NamedTuple):
    """The next stage, and what is done on the way, in order."""

    to: Stage
    does: tuple[Does, ...] = ()


_HELD: Final = Step(Stage.PENDING, (Does.HOLD,))
_PAID: Final = Step(Stage.COMPLETED, (Does.CREDIT, Does.CLOSE, Does.FLAG))
_PAID_LATE: Final = Step(Stage.COMPLETED, (Does.CREDIT, Does.FLAG))
_PAID_UNCOUNTED: Final = Step(Stage.COMPLETED, (Does.CREDIT, Does.COUNT, Does.FLAG))
_REFUSED: Final = Step(Stage.DECLINED, (Does.UNCOUNT, Does.CLOSE, Does.BACK_OFF))
_RESTS: Final = Step(Stage.RESTING, (Does.REST,))
_FALLS_SILENT: Final = Step(Stage.SILENT)
_GIVEN_UP: Final = Step(Stage.EXPIRED, (Does.CLOSE, Does.TELL_EXPIRED))
_CANCELLED: Final = Step(Stage.CANCELLED, (Does.UNCOUNT, Does.CLOSE, Does.TELL_SERVICE))

# Whoever reads one stage reads everything that can happen in it; what has no step there cannot.
TABLE: Final = {
    (Stage.NONE, Happens.BELOW_TRIGGER): Step(Stage.ASKED, (Does.COUNT_TODAY, Does.COUNT, Does.SEND)),
    (Stage.NONE, Happens.BY_HAND): Step(Stage.ASKED, (Does.COUNT, Does.SEND)),
    (Stage.NONE, Happens.PENDING): Step(Stage.NONE),
    (Stage.NONE, Happens.COMPLETED): _PAID_UNCOUNTED,
    # Its id is used up: asked with once more, it would only be refused in the same words.
    (Stage.NONE, Happens.DECLINED): Step(Stage.DECLINED),
    (Stage.NONE, Happens.OUTDATED): Step(Stage.NONE),
    (Stage.ASKED, Happens.PENDING): _HELD,
    (Stage.ASKED, Happens.COMPLETED): _PAID,
    (Stage.ASKED, Happens.DECLINED): _REFUSED,
    (Stage.ASKED, Happens.NO_ANSWER): _RESTS,
    (Stage.ASKED, Happens.NO_ANSWER_LEFT): _FALLS_SILENT,
    (Stage.ASKED, Happens.OUTDATED): Step(Stage.ASKED),
    (Stage.ASKED, Happens.TIME_UP): _GIVEN_UP,
    (Stage.ASKED, Happens.TAKEN_BACK): _CANCELLED,
    (Stage.RESTING, Happens.REST_OVER): Step(Stage.ASKED, (Does.SEND_AGAIN,)),
    (Stage.RESTING, Happens.PENDING): _HELD,
    (Stage.RESTING, Happens.COMPLETED): _PAID,
    (Stage.RESTING, Happens.DECLINED): _REFUSED,
    (Stage.RESTING, Happens.NO_ANSWER_LEFT): _FALLS_SILENT,
    (Stage.RESTING, Happens.OUTDATED): Step(Stage.RESTING),
    (Stage.RESTING, Happens.TIME_UP): _GIVEN_UP,
    (Stage.RESTING, Happens.TAKEN_BACK): _CANCELLED,
    (Stage.SILENT, Happens.PENDING): _HELD,
    (Stage.SILENT, Happens.COMPLETED): _PAID,
    (Stage.SILENT, Happens.DECLINED): _REFUSED,
    (Stage.SILENT, Happens.OUTDATED): Step(Stage.SILENT),
    (Stage.SILENT, Happens.TIME_UP): _GIVEN_UP,
    (Stage.SILENT, Happens.TAKEN_BACK): _CANCELLED,
    (Stage.PENDING, Happens.PENDING): _HELD,
    (Stage.PENDING, Happens.COMPLETED): _PAID,
    (Stage.PENDING, Happens.DECLINED): _REFUSED,
    (Stage.PENDING, Happens.NO_ANSWER): _RESTS,
    (Stage.PENDING, Happens.NO_ANSWER_LEFT): _FALLS_SILENT,
    (Stage.PENDING, Happens.OUTDATED): Step(Stage.PENDING),
    (Stage.PENDING, Happens.TIME_UP): _GIVEN_UP,
    (Stage.PENDING, Happens.TAKEN_BACK): _CANCELLED,
    (Stage.COMPLETED, Happens.PENDING): Step(Stage.COMPLETED),
    (Stage.COMPLETED, Happens.COMPLETED_AGAIN): Step(Stage.COMPLETED),
    (Stage.COMPLETED, Happens.PAID_TWICE): Step(Stage.COMPLETED, (Does.PARK,)),
    (Stage.COMPLETED, Happens.DECLINED): Step(Stage.COMPLETED),
    (Stage.COMPLETED, Happens.OUTDATED): Step(Stage.COMPLETED),
    (Stage.DECLINED, Happens.PENDING): Step(Stage.DECLINED),
    (Stage.DECLINED, Happens.COMPLETED): _PAID_UNCOUNTED,
    (Stage.DECLINED, Happens.DECLINED): Step(Stage.DECLINED),
    (Stage.DECLINED, Happens.OUTDATED): Step(Stage.DECLINED),
    (Stage.EXPIRED, Happens.PENDING): Step(Stage.EXPIRED),
    (Stage.EXPIRED, Happens.COMPLETED): _PAID_LATE,
    (Stage.EXPIRED, Happens.DECLINED): Step(Stage.EXPIRED),
    (Stage.EXPIRED, Happens.OUTDATED): Step(Stage.EXPIRED),
    (Stage.CANCELLED, Happens.PENDING): Step(Stage.CANCELLED),
    (Stage.CANCELLED, Happens.COMPLETED): _PAID_UNCOUNTED,
    (Stage.CANCELLED, Happens.DECLINED): Step(Stage.CANCELLED),
    (Stage.CANCELLED, Happens.OUTDATED): Step(Stage.CANCELLED),
}

_STATES: Final = {
    "pending": Stage.PENDING,
    "completed": Stage.COMPLETED,
    "declined": Stage.DECLINED,
    "expired": Stage.EXPIRED,
    "cancelled": Stage.CANCELLED,
}


def stage_of(request: Recharge | None) -> Stage:
    """Say where a request stands; of an open one, when it is sent again tells."""
    if request is None:
        return Stage.NONE
    if request.state != "open":
        return _STATES[request.state]
    if not request.retry_s:
        return Stage.ASKED
    return Stage.SILENT if request.retry_s == NEVER_S else Stage.RESTING


def entered(request: Recharge, stage: Stage) -> Recharge:
    """Write down that a request stands there now."""
    match stage:
        case Stage.ASKED:
            return request._replace(state="open", retry_s=0)
        case Stage.RESTING:
            return request._replace(state="open")
        case Stage.SILENT:
            return request._replace(state="open", retry_s=NEVER_S)
        case _:
            return request._replace(state=stage.value, retry_s=0)
