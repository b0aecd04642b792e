"""The ways in which a payment service answers a request, the good ones and the faults."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal, NamedTuple


class Says(StrEnum):
    """One thing that a payment service can say of a request."""

    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    COMPLETED = "completed"
    COMPLETED_ANEW = "completed_anew"
    OTHER_AMOUNT = "other_amount"
    SECOND_PAYMENT = "second_payment"
    DECLINED = "declined"
    DECLINED_FOR_GOOD = "declined_for_good"
    UNAVAILABLE = "unavailable"
    EARLIER_FAILURE = "earlier_failure"
    REFUND = "refund"
    DISPUTE = "dispute"
    REINSTATED = "reinstated"


class Kind(StrEnum):
    """What becomes of a request, as the command line names it."""

    COMPLETED = "completed"
    DECLINED = "declined"
    DECLINED_FOR_GOOD = "declined_for_good"
    UNAVAILABLE = "unavailable"
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    ABANDONED = "abandoned"
    OTHER_AMOUNT = "other_amount"
    LATE = "late"
    EXPIRED = "expired"
    TWICE = "twice"
    REPEATED = "repeated"
    CHARGED_TWICE = "charged_twice"
    LATE_PENDING = "late_pending"
    LATE_FAILURE = "late_failure"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    REINSTATED = "reinstated"
    NEVER = "never"


class Step(NamedTuple):
    """Something said: so many pauses after the answer is due, or after a moment that the request names."""

    says: Says
    pauses: int = 0
    after: Literal["request", "answer_by", "expires_at"] = "request"


# What is said of a request of each kind, in order; a pause lies between one answer and the next.
SCRIPTS: Final[Mapping[Kind, tuple[Step, ...]]] = {
    Kind.COMPLETED: (Step(Says.COMPLETED),),
    Kind.DECLINED: (Step(Says.DECLINED),),
    Kind.DECLINED_FOR_GOOD: (Step(Says.DECLINED_FOR_GOOD),),
    Kind.UNAVAILABLE: (Step(Says.UNAVAILABLE),),
    Kind.PROCESSING: (Step(Says.PROCESSING), Step(Says.COMPLETED, 1)),
    Kind.REQUIRES_ACTION: (Step(Says.REQUIRES_ACTION), Step(Says.COMPLETED, 1)),
    Kind.ABANDONED: (Step(Says.REQUIRES_ACTION),),
    Kind.OTHER_AMOUNT: (Step(Says.OTHER_AMOUNT),),
    Kind.LATE: (Step(Says.COMPLETED, 1, "answer_by"),),
    Kind.EXPIRED: (Step(Says.COMPLETED, 1, "expires_at"),),
    Kind.TWICE: (Step(Says.COMPLETED), Step(Says.COMPLETED, 1)),
    Kind.REPEATED: (Step(Says.COMPLETED), Step(Says.COMPLETED_ANEW, 1)),
    Kind.CHARGED_TWICE: (Step(Says.COMPLETED), Step(Says.SECOND_PAYMENT, 1)),
    Kind.LATE_PENDING: (Step(Says.COMPLETED), Step(Says.PROCESSING, 1)),
    Kind.LATE_FAILURE: (Step(Says.COMPLETED), Step(Says.EARLIER_FAILURE, 1)),
    Kind.REFUNDED: (Step(Says.COMPLETED), Step(Says.REFUND, 1)),
    Kind.DISPUTED: (Step(Says.COMPLETED), Step(Says.DISPUTE, 1)),
    Kind.REINSTATED: (Step(Says.COMPLETED), Step(Says.DISPUTE, 1), Step(Says.REINSTATED, 2)),
    Kind.NEVER: (),
}

# The bank has the money long before anybody hears of it: taking the request back comes too late.
PAID_IN_SILENCE: Final = frozenset({Kind.LATE, Kind.EXPIRED})
