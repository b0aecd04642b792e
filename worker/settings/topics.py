"""The names of the topics."""

import re
from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, model_validator

from worker.settings.kinds import FROZEN, Allowed, Name

PREFIX: Final = "talktime."
PREFIX_PATTERN: Final = r"^[A-Za-z0-9._-]{0,150}$"

Prefix = Annotated[str, Field(pattern=PREFIX_PATTERN), Allowed("letters, digits, '.', '_' and '-'")]

DEFAULT_NAMES: Final = {
    "usage": "usage",
    "accounts": "accounts",
    "payments": "payments",
    "recharges": "recharges",
    "account_states": "account-states",
    "notices": "notices",
    "dead_letters": "dead-letters",
}


class Topics(BaseModel):
    """Every topic by its whole name; what is not named is the prefix and its default."""

    model_config = FROZEN

    prefix: Prefix = Field(PREFIX, description="Start of every topic's name that is not given.")
    usage: Name = Field("", description="Finished calls and conferences; read.")
    accounts: Name = Field("", description="What administrators change; read.")
    payments: Name = Field("", description="What the payment service says; read.")
    recharges: Name = Field("", description="Requests for money; written.")
    account_states: Name = Field("", description="Who may call; written, compacted.")
    notices: Name = Field("", description="What people are told; written.")
    dead_letters: Name = Field("", description="What was refused; written.")

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: dict[str, object]) -> dict[str, object]:
        prefix = given.get("prefix", PREFIX)
        if not re.fullmatch(PREFIX_PATTERN, str(prefix)):
            prefix = PREFIX  # The prefix itself is refused; one line about it is enough.
        return {topic: f"{prefix}{name}" for topic, name in DEFAULT_NAMES.items()} | given

    @model_validator(mode="after")
    def _differ(self) -> Self:
        names = [*self.read, *self.written]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"TALKTIME_TOPIC_*: two topics have the name {twice[0]}; each needs its own")
        return self

    @property
    def contracts(self) -> dict[str, str]:
        """The contracts' names of the topics, by their names here."""
        return {str(getattr(self, topic)): name for topic, name in DEFAULT_NAMES.items()}

    @property
    def read(self) -> tuple[str, str, str]:
        """The topics that the worker consumes."""
        return (self.usage, self.accounts, self.payments)

    @property
    def written(self) -> tuple[str, str, str, str]:
        """The topics that the relay publishes to."""
        return (self.recharges, self.account_states, self.notices, self.dead_letters)
