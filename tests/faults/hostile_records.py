"""Records that no well-meaning producer sends, each of which has broken some consumer somewhere."""

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from tests.faults.published_events import STRUCTURED, Published, call, completed, credit

# In every number that these records carry: it must never be seen again outside their own bytes.
MARK: Final = "5550199"
WRONG: Final[tuple[Any, ...]] = (
    True, -1, 0.5, 10**30, [], {}, None, "", "a\x00b", "a\x1bb", "\ud800", "x" * 5000,
)  # fmt: skip
ODD_AMOUNTS: Final = (
    "NaN",
    "Infinity",
    "1_000",
    "\u0663",
    "1e3",
    "0x10",
    " 1",
    "+1",
    "1,5",
    "-1",
    "0",
    "1.0000001",
)
IMPOSSIBLE_TIMES: Final = (
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "2026-W01-1T00:00:00Z",
    "20260101T000000Z", "2026-01-01", "1767225600", 1_767_225_600,
)  # fmt: skip
HUGE_INTEGER: Final = "1" * 5000


class Hostile:
    """An endless supply; the same seed gives the same records."""

    def __init__(self, topics: Mapping[str, str], seed: int) -> None:
        self._topics = topics
        self._random = Random(seed)
        self._makers: tuple[Callable[[Published], Published], ...] = (
            self._noise, self._truncated, self._nested, self._wrong_type, self._missing, self._odd_amount,
            self._impossible_time, self._huge_integer, self._broken_headers, self._tombstone,
            self._batch, self._wrong_topic,
        )  # fmt: skip

    def next(self) -> Published:
        """Give a record that can never have an effect."""
        return self._random.choice(self._makers)(self._good())._replace(key=b"hostile")

    def mutant(self) -> Published:
        """Give an event with a few other bytes: mostly broken, at times still an event."""
        good = self._good()
        value = bytearray(good.value or b"")
        for _ in range(self._random.randint(1, 4)):
            value[self._random.randrange(len(value))] = self._random.randrange(256)
        return good._replace(value=bytes(value), key=b"mutant")

    def _good(self) -> Published:
        number = self._random.randrange(10**9)
        to = f"49{MARK}{self._random.randrange(100):02}"
        request = {"recharge_id": f"r{number}", "tenant_id": "mutant", "amount": "1", "currency": "USD"}
        return self._random.choice(
            (
                call(self._topics["usage"], "mutant", number, to=to),
                credit(self._topics["accounts"], "mutant", "1.00", f"payment {to}"),
                completed(self._topics["payments"], request | {"recharge_id": f"{number} {to}"}),
            )
        )

    def _noise(self, good: Published) -> Published:
        return good._replace(value=b"\xff" + self._random.randbytes(self._random.randrange(300)))

    def _truncated(self, good: Published) -> Published:
        value = good.value or b""
        return good._replace(value=value[: self._random.randrange(len(value))])

    def _nested(self, good: Published) -> Published:
        depth = self._random.choice((17, 500, 20_000))
        return good._replace(value=self._random.choice((b"[" * depth, b'{"a":' * depth, _deep(good, depth))))

    def _wrong_type(self, good: Published) -> Published:
        return self._spoil(good, lambda data, field: data | {field: self._random.choice(WRONG)})

    def _missing(self, good: Published) -> Published:
        return self._spoil(good, lambda data, field: {name: data[name] for name in data if name != field})

    def _odd_amount(self, good: Published) -> Published:
        odd = self._random.choice(ODD_AMOUNTS)
        return _with(good, lambda document: document["data"].update(amount=odd, duration_s=odd))

    def _impossible_time(self, good: Published) -> Published:
        when = self._random.choice(IMPOSSIBLE_TIMES)
        data = (
            {"paid_at": when}
            if "payment_id" in json.loads(good.value or b"")["data"]
            else {"started_at": when}
        )
        return _with(good, lambda document: document["data"].update(data))

    def _huge_integer(self, good: Published) -> Published:
        good = _with(good, lambda document: document["data"].update(duration_s=0, amount=0))
        value = (good.value or b"").replace(b'"duration_s": 0', b'"duration_s": ' + HUGE_INTEGER.encode())
        return good._replace(value=value.replace(b'"amount": 0', b'"amount": ' + HUGE_INTEGER.encode()))

    def _broken_headers(self, good: Published) -> Published:
        document = json.loads(good.value or b"")
        headers: dict[str, Any] = {
            "content-type": b"application/json",
            **{
                f"ce_{name}": str(document[name]).encode() for name in ("specversion", "id", "source", "type")
            },
        }
        name = self._random.choice(sorted(headers))
        bad = [b"\xff\xfe", b"", None, b"a\x00b", b"\xed\xa0\x80", b"x" * 5000]
        # An absent content type is allowed.
        headers[name] = self._random.choice(bad[:1] + bad[3:] if name == "content-type" else bad)
        return good._replace(value=json.dumps(document["data"]).encode(), headers=list(headers.items()))

    def _tombstone(self, good: Published) -> Published:
        return good._replace(value=None)

    def _batch(self, good: Published) -> Published:
        value = b"[" + (good.value or b"") + b"]"
        headers = [("content-type", b"application/cloudevents-batch+json")]
        return good._replace(value=value, headers=self._random.choice((headers, STRUCTURED, [])))

    def _wrong_topic(self, good: Published) -> Published:
        others = [topic for topic in self._topics.values() if topic != good.topic]
        return good._replace(topic=self._random.choice(others))

    def _spoil(self, good: Published, spoil: Callable[[dict[str, Any], str], dict[str, Any]]) -> Published:
        """Spoil a field that the contract needs, within `data` or around it."""

        def change(document: dict[str, Any]) -> None:
            if self._random.random() < 0.2:
                around = {name: document.pop(name) for name in ("id", "source", "type", "specversion")}
                document |= spoil(around, self._random.choice(sorted(around)))
            else:
                data = document["data"]
                document["data"] = spoil(data, self._random.choice(sorted(data)))

        return _with(good, change)


def _with(good: Published, change: Callable[[dict[str, Any]], None]) -> Published:
    document = json.loads(good.value or b"")
    change(document)
    return good._replace(value=json.dumps(document).encode())


def _deep(good: Published, depth: int) -> bytes:
    """An event that is good but for an unknown field that is very deep."""
    return (good.value or b"")[:-1] + b', "x": ' + b"[" * depth + b"]" * depth + b"}"
