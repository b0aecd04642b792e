import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.domain.masking import mask_number
from worker.domain.micros import format_micros, minor_unit_micros, parse_micros


@pytest.mark.parametrize(
    ("text", "micros", "shortest"),
    [
        ("0", 0, "0"),
        ("12.50", 12_500_000, "12.5"),
        ("-0.000001", -1, "-0.000001"),
        ("-12.5", -12_500_000, "-12.5"),
        ("007", 7_000_000, "7"),
        ("1000000000000", 10**18, "1000000000000"),
        ("-0", 0, "0"),
    ],
)
def test_decimals_are_read_exactly_and_written_short(text: str, micros: int, shortest: str) -> None:
    assert parse_micros(text) == micros
    assert format_micros(micros) == shortest


@given(st.integers(-4 * 10**18, 4 * 10**18))
def test_every_amount_comes_back_as_it_was(micros: int) -> None:
    assert parse_micros(format_micros(micros)) == micros


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1_000",
        "1,5",
        "1e3",
        "+1",
        " 1",
        "1 ",
        "1\n",
        ".5",
        "1.",
        "1.0000001",
        "NaN",
        "\u0661",
        "1" * 5000,
    ],
)
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="decimal"):
        parse_micros(text)


@pytest.mark.parametrize(("currency", "micros"), [("JPY", 1_000_000), ("USD", 10_000), ("KWD", 1_000)])
def test_the_minor_unit_is_the_currencys(currency: str, micros: int) -> None:
    assert minor_unit_micros(currency) == micros


def test_a_currency_that_does_not_exist_has_no_minor_unit() -> None:
    with pytest.raises(KeyError):
        minor_unit_micros("XYZ")


@pytest.mark.parametrize(("number", "masked"), [("4930123456", "4930******"), ("911", "911"), ("", "")])
def test_a_number_keeps_what_tells_the_destination(number: str, masked: str) -> None:
    assert mask_number(number) == masked
