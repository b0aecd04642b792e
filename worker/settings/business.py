"""Limits and waits of the business: what is accepted, and how recharges run."""

from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from worker.settings.kinds import FROZEN, Allowed, Count


def _split(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


Seconds = Annotated[int, Field(ge=0, le=31_622_400)]
Days = Annotated[int, Field(ge=1, le=3660)]
Waits = Annotated[
    tuple[Seconds, ...],
    Field(min_length=1, max_length=20),
    BeforeValidator(_split),
    Allowed("whole seconds, separated by commas"),
]


class Limits(BaseModel):
    """What is accepted, how much at once, and how long it is kept."""

    model_config = FROZEN

    open_days: int = Field(62, ge=1, le=366, description="Days whose usage is charged, today included.")
    future_s: Seconds = Field(300, description="How far ahead a call may start before it is parked.")
    implausible_s: Seconds = Field(86_400, description="Call length above which it is parked.")
    batch_charges: Count = Field(5000, description="Most charges in one transaction.")
    batch_bytes: int = Field(8 * 2**20, ge=2**20, le=2**28, description="Most bytes in one transaction.")
    slice_charges: Count = Field(500, description="Charges decoded between two looks at the event loop.")
    record_bytes: int = Field(2**20, ge=1024, le=2**26, description="Largest record that is read.")
    refused_limit: Count = Field(1000, description="Refused records of a partition that stop the worker.")
    refused_window: Count = Field(10_000, description="Latest records of a partition that are looked at.")
    accept_refused: bool = Field(False, description="Go on whatever is refused.")
    careful_after: Count = Field(3, description="Failed COPYs in a row before batches stay careful.")
    careful_batches: Count = Field(20, description="Batches that then stay careful.")
    days_ahead: int = Field(7, ge=3, le=366, description="Days of the ledger made before they come.")
    kept_days: Days = Field(400, description="Days of the ledger kept after they closed.")
    persons_days: Days = Field(180, description="Days that entries name users and whole numbers.")
    settled_kept_days: Days = Field(90, description="Days that settled refusals are kept.")
    dead_letter_bytes: int = Field(
        65_536, ge=0, le=2**20, description="Most of a refused record that is published."
    )

    @model_validator(mode="after")
    def _window_holds_the_limit(self) -> Self:
        if self.refused_limit > self.refused_window:
            raise ValueError(
                f"TALKTIME_REFUSED_LIMIT: {self.refused_limit} is not allowed; allowed: at most"
                f" TALKTIME_REFUSED_WINDOW ({self.refused_window})"
            )
        return self


class Recharge(BaseModel):
    """What may be asked of the payment service, and how long to wait for it."""

    model_config = FROZEN

    minimum_units: Count = Field(1, description="Smallest request, in units of the currency.")
    maximum_units: int = Field(10_000, ge=1, le=10**12, description="Largest request, in units.")
    step_minor: Count = Field(1, description="Step of requests, in minor units of the currency.")
    answer_by_s: Seconds = Field(900, description="Time to answer an attempt.")
    retry_wait_s: Seconds = Field(60, description="Wait before the same request is sent again.")
    attempts: int = Field(3, ge=1, le=100, description="Attempts at one request.")
    expires_s: Seconds = Field(86_400, description="Life of a request; no payment may start after it.")
    grace_s: Seconds = Field(3600, description="Time after that before a new request may open.")
    pending_days: Days = Field(14, description="Days after its expiry that a pending payment may still take.")
    declined_waits_s: Waits = Field((3600, 21_600, 86_400), description="Waits after each decline in a row.")
    by_hand_open: Count = Field(5, description="Requests by hand that may be open at once.")

    @model_validator(mode="after")
    def _minimum_below_maximum(self) -> Self:
        if self.minimum_units > self.maximum_units:
            raise ValueError(
                f"TALKTIME_RECHARGE_MINIMUM_UNITS: {self.minimum_units} is not allowed; allowed: at most"
                f" TALKTIME_RECHARGE_MAXIMUM_UNITS ({self.maximum_units})"
            )
        return self
