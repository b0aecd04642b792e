"""Contracts: how one event is checked.

`read_event` reads a whole CloudEvent (structured mode), `read_data` its data alone (binary mode); both raise
pydantic's `ValidationError`, which `flaws.describe` puts into a field and a sentence. `attributes()` checks
what the headers of binary mode say, and any event whose type is not known yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, TypeAdapter
from typing_extensions import TypeAliasType

from schemas.envelope import Attributes
from schemas.rules import RULES

# Nothing is converted, and no error quotes what it refuses: that may be a phone number. Values are not worth
# a cache of strings, since ids differ from event to event: without it a call takes nine tenths of the time.
CHECKING: Final = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True, cache_strings="keys")

Direction = Literal["consumed", "published"]


@dataclass(frozen=True)
class Contract:
    """One event.

    Its checks are built when they are first needed: a worker that starts needs few of them.
    """

    event_type: str
    topic: str
    direction: Direction
    form: Any
    data_type: type

    @cached_property
    def envelope(self) -> TypeAdapter[Any]:
        """Check a whole CloudEvent in structured mode."""
        return TypeAdapter(self.form[Literal[self.event_type], self._checked()], config=CHECKING)

    @cached_property
    def data(self) -> TypeAdapter[Any]:
        """Check the data alone, as binary mode has it."""
        return _adapter(self.data_type.__name__, self._checked())

    @cached_property
    def read_event(self) -> Callable[[bytes], Any]:
        """Read a whole CloudEvent: `envelope.validate_json` without its options, and a tenth faster."""
        return self.envelope.validator.validate_json

    @cached_property
    def read_data(self) -> Callable[[bytes], Any]:
        """Read the data alone: `data.validate_json` without its options."""
        return self.data.validator.validate_json

    def _checked(self) -> object:
        rule = RULES.get(self.data_type)
        if rule is None or rule.check is None:
            return self.data_type
        return Annotated[self.data_type, AfterValidator(rule.check)]


@cache
def attributes() -> TypeAdapter[Attributes]:
    """Check what every event says about itself, whatever its type."""
    return _adapter("Attributes", Attributes)


def _adapter(name: str, record: object) -> TypeAdapter[Any]:
    # Under a name of its own a record takes our configuration for its errors too; by itself it would not.
    named: Any = TypeAliasType(name, record)
    return TypeAdapter(named, config=CHECKING)
