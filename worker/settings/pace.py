"""The pace of the loops."""

from pydantic import BaseModel, Field

from worker.settings.kinds import FROZEN, Count, Wait


class Relay(BaseModel):
    """How the outbox is emptied."""

    model_config = FROZEN

    lanes: int = Field(16, ge=1, le=1024, description="Lanes that relays share; the same for every worker.")
    lease_s: Wait = Field(30, description="Time for which a relay holds a lane.")
    messages: Count = Field(500, description="Messages claimed at once.")
    wait_s: Wait = Field(0.5, description="Longest wait before the outbox is looked at again.")


class Sweep(BaseModel):
    """How often the loops look for what nobody's call brings up."""

    model_config = FROZEN

    every_s: float = Field(5, gt=0, le=10, description="Pace of the look for accounts that are due.")
    accounts: Count = Field(100, description="Accounts that one sweep locks.")
    release_every_s: Wait = Field(3, description="Pace of the look for parked usage that can be charged now.")
    release_rows: Count = Field(500, description="Parked rows that one release takes.")
    audit_every_s: Wait = Field(10, description="Pace of the audit's slices.")
    upkeep_every_s: Wait = Field(300, description="Pace of making and closing days.")
    forget_every_s: Wait = Field(3600, description="Pace of dropping what was kept long enough.")
