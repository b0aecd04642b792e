"""The types and limits that events share: strings and whole numbers of JSON, bounded, never converted.

Patterns are written for three readers at once: pydantic's (Rust), ECMAScript's and Python's. They are
anchored at both ends, spell digits [0-9] because the shorthand takes Arabic ones, and look neither ahead nor
back.
"""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

# Controls break what stores or prints text; NUL is one that Postgres refuses.
NO_CONTROLS: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
# Year 0000 and a leap second's :60 are refused: the calendars of most languages lack them, and so do PBXes.
TIME: Final = (
    r"^(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
    r"[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,30})?"
    r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)
# Up to 10^12 units exactly, so that an amount in micros fits a 64-bit integer four times over.
MONEY: Final = r"^(?:[0-9]{1,12}(?:\.[0-9]{1,6})?|10{12}(?:\.0{1,6})?)$"
SIGNED_MONEY: Final = r"^-?(?:[0-9]{1,12}(?:\.[0-9]{1,6})?|10{12}(?:\.0{1,6})?)$"
BALANCE: Final = r"^-?[0-9]{1,13}(?:\.[0-9]{1,6})?$"
CURRENCY: Final = r"^[A-Z]{3}$"
RATED_NUMBER: Final = r"^\+?[0-9]{1,15}\*{0,14}$"
ORIGIN: Final = r"^[A-Za-z0-9-]{1,16}$"
PREFIX: Final = r"^[0-9]{1,15}$"
TIMEZONE: Final = r"^[A-Za-z0-9_+/-]{1,64}$"
DIGITS: Final = r"^[0-9]{1,19}$"
MONTH: Final = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"
BASE64: Final = r"^[A-Za-z0-9+/]*={0,2}$"

# What a refusal says instead of quoting the pattern.
MEANINGS: Final[Mapping[str, str]] = {
    NO_CONTROLS: "should have no control characters",
    TIME: "should be an RFC 3339 time with its offset, such as 2026-03-02T10:15:30Z",
    MONEY: "should be a decimal string such as 12.50: not negative, with at most 6 decimals, at most 10^12",
    SIGNED_MONEY: "should be a decimal string such as -12.50, with at most 6 decimals, -10^12 to 10^12",
    BALANCE: "should be a decimal string such as -12.50, with at most 6 decimals",
    CURRENCY: "should be an ISO 4217 code: three capital letters",
    RATED_NUMBER: "should be E.164 digits, with an optional + before them and * for masked digits at the end",
    ORIGIN: "should be 1 to 16 letters, digits or hyphens",
    PREFIX: "should be 1 to 15 digits, without +",
    TIMEZONE: "should be the name of an IANA time zone, such as Europe/Berlin",
    DIGITS: "should be 1 to 19 digits",
    MONTH: "should be a month, such as 2026-03",
    BASE64: "should be Base64",
}

# How many digits a rated number has, masked ones included. The type of the field cannot depend on another one
# without making every call dearer to decode, so the reader of the event counts; the JSON Schema says it too.
NUMBER_LENGTHS: Final[Mapping[str, tuple[int, int]]] = {
    "toll": (7, 15),
    "toll_free": (7, 15),
    "short_code": (1, 15),
    "emergency": (1, 15),
}


def _not_zero(amount: str) -> str:
    if not amount.strip("-0."):
        raise PydanticCustomError("amount_zero", "Amount should not be 0")
    return amount


def _not_none(name: str) -> str:
    if name == "none":
        raise PydanticCustomError("allowance_reserved", "'none' stands for no allowance and cannot name one")
    return name


_NOT_ZERO: Final = {"not": {"pattern": "^-?[0.]+$"}}
_NOT_NONE: Final = {"not": {"const": "none"}}

TenantId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=128,
        pattern=NO_CONTROLS,
        description="The tenant, by the platform's own id; not personal.",
    ),
]
Identifier = Annotated[
    str,
    Field(
        min_length=1,
        max_length=256,
        pattern=NO_CONTROLS,
        description="An id or a name, compared as given.",
    ),
]
Text = Annotated[str, Field(max_length=256, pattern=NO_CONTROLS, description="Text for people.")]
# Payment services sign their links: these are longer than any other text.
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=2048,
        pattern=NO_CONTROLS,
        description="A link, at most 2048 characters.",
    ),
]
Time = Annotated[
    str,
    Field(
        pattern=TIME,
        description="RFC 3339 with an offset; fractions of a second are cut, never rounded.",
        json_schema_extra={"format": "date-time"},
    ),
]
Money = Annotated[
    str,
    Field(pattern=MONEY, description="Units of the currency, as a decimal string; 0 or more."),
]
PositiveMoney = Annotated[
    str,
    Field(
        pattern=MONEY,
        description="Units of the currency, as a decimal string; more than 0.",
        json_schema_extra=_NOT_ZERO,
    ),
    AfterValidator(_not_zero),
]
SignedMoney = Annotated[
    str,
    Field(
        pattern=SIGNED_MONEY,
        description="Units of the currency, as a decimal string with or without a minus.",
    ),
]
NonZeroMoney = Annotated[
    str,
    Field(
        pattern=SIGNED_MONEY,
        description="Units of the currency, as a decimal string with or without a minus; not 0.",
        json_schema_extra=_NOT_ZERO,
    ),
    AfterValidator(_not_zero),
]
Balance = Annotated[
    str,
    Field(pattern=BALANCE, description="Units of the currency, as a decimal string; negative when in debt."),
]
Currency = Annotated[str, Field(pattern=CURRENCY, description="ISO 4217 code.")]
RatedNumber = Annotated[
    str,
    Field(
        max_length=16,
        pattern=RATED_NUMBER,
        description=(
            "E.164 digits, `+` allowed, trailing `*` are masked digits; 7 to 15 of them"
            " (short codes and emergency numbers: 1 to 15)."
        ),
    ),
]
NumberType = Annotated[
    Literal["toll", "toll_free", "short_code", "emergency"],
    Field(description="The type of the rated number; a short code is country code + code."),
]
Origin = Annotated[str, Field(pattern=ORIGIN, description="The platform's token for where the caller is.")]
DurationS = Annotated[
    int,
    Field(ge=0, le=604_800, description="Whole seconds, written without a decimal point; at most 7 days."),
]
Prefix = Annotated[str, Field(pattern=PREFIX, description="Leading digits of a number, without `+`.")]
Timezone = Annotated[str, Field(pattern=TIMEZONE, description="The name of an IANA time zone.")]
AllowanceName = Annotated[Identifier, Field(json_schema_extra=_NOT_NONE), AfterValidator(_not_none)]
Attempt = Annotated[int, Field(ge=1, le=1000, description="Which asking of one recharge id, from 1 on.")]
Percent = Annotated[int, Field(ge=0, le=100, description="Per cent.")]
Minutes = Annotated[int, Field(ge=0, le=1_000_000, description="Whole minutes.")]
UsedS = Annotated[int, Field(ge=0, description="Whole seconds.")]
Month = Annotated[str, Field(pattern=MONTH, description="A calendar month in the tenant's timezone.")]
Service = Annotated[
    Literal["outbound", "inbound", "dial_in", "dial_out"],
    Field(description="Which way the call went: a call's two, then a conference leg's two."),
]
AccountStatus = Literal["active", "suspended", "closed"]

Services = Annotated[list[Service], Field(max_length=16, fail_fast=True)]
NumberTypes = Annotated[list[NumberType], Field(max_length=16, fail_fast=True)]
Prefixes = Annotated[list[Prefix], Field(max_length=1000, fail_fast=True)]
Origins = Annotated[list[Origin], Field(max_length=1000, fail_fast=True)]
Levels = Annotated[list[SignedMoney], Field(max_length=100, fail_fast=True)]
