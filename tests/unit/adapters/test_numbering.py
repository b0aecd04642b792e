"""Numbers as files show them: read by what the mapping says, and never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.adapters.numbering import Number, Numbering, NumberTypes, read_number
from worker.adapters.outcome import Rejected, Skipped

NOTHING_SAID = Numbering()
GERMANY = Numbering(
    country="49", international="00", national="0", extension_digits=4, local={6: "493012", 7: "493012"}
)
AMERICA = Numbering(country="1", international="011", national="1", local={7: "1425", 10: "1"})
TYPES = NumberTypes(
    {
        "49800": "toll_free",
        "4980": "toll",
        "49118": "short_code",
        "1900": "toll",
        "999": "emergency",
        "49110": "emergency",
    }
)


@pytest.mark.parametrize(
    ("text", "digits", "number_type"),
    [
        pytest.param("+442079460000", "442079460000", "toll", id="E.164"),
        pytest.param("+44 20 7946-0000", "442079460000", "toll", id="spaces and hyphens"),
        pytest.param("+1 (425) 555-0100", "14255550100", "toll", id="parentheses"),
        pytest.param("+123 456789***", "123456789***", "toll", id="masked as Teams shows it"),
        pytest.param("+4930123****", "4930123****", "toll", id="four masked digits"),
        pytest.param("+498001234567", "498001234567", "toll_free", id="the longest prefix tells the type"),
        pytest.param("+49801234567", "49801234567", "toll", id="a shorter prefix"),
        pytest.param("+49800123****", "49800123****", "toll_free", id="a type below the mask"),
        pytest.param("+4911833", "4911833", "short_code", id="a short code with its country"),
        pytest.param("112", "112", "emergency", id="112"),
        pytest.param("911", "911", "emergency", id="911"),
        pytest.param("+911", "911", "emergency", id="911 with a plus is still no number in India"),
        pytest.param("+112", "112", "emergency", id="112 with a plus"),
        pytest.param("999", "999", "emergency", id="an emergency number of the mapping"),
        pytest.param("+49110", "49110", "emergency", id="an emergency number with its country"),
        pytest.param("+911123456789", "911123456789", "toll", id="India is no emergency"),
        pytest.param("+41443334455", "41443334455", "toll", id="Switzerland is no short code"),
        pytest.param("+9991234567", "9991234567", "toll", id="an emergency number is no prefix"),
        pytest.param("+112*", "112*", None, id="a masked number is no emergency"),
    ],
)
def test_an_international_number_needs_no_mapping(text: str, digits: str, number_type: str | None) -> None:
    number = read_number(text, NOTHING_SAID, TYPES)
    assert number == Number(digits, number_type) if number_type else isinstance(number, Rejected)


@pytest.mark.parametrize(
    ("numbering", "text", "digits", "number_type"),
    [
        pytest.param(GERMANY, "00442079460000", "442079460000", "toll", id="international"),
        pytest.param(GERMANY, "030123456", "4930123456", "toll", id="national"),
        pytest.param(GERMANY, "030123***", "4930123***", "toll", id="national and masked"),
        pytest.param(GERMANY, "123456", "493012123456", "toll", id="local"),
        pytest.param(GERMANY, "0800 1234567", "498001234567", "toll_free", id="national toll-free"),
        pytest.param(GERMANY, "11833", "4911833", "short_code", id="a short code of the mapping"),
        pytest.param(GERMANY, "22000", "4922000", "short_code", id="too few digits for anything else"),
        pytest.param(GERMANY, "112", "112", "emergency", id="emergency before extension"),
        pytest.param(AMERICA, "011442079460000", "442079460000", "toll", id="from America"),
        pytest.param(AMERICA, "14255550100", "14255550100", "toll", id="long distance"),
        pytest.param(AMERICA, "4255550100", "14255550100", "toll", id="ten digits"),
        pytest.param(AMERICA, "5550100", "14255550100", "toll", id="seven digits"),
        pytest.param(AMERICA, "911", "911", "emergency", id="911"),
        pytest.param(Numbering(plus_optional=True), "442079460000", "442079460000", "toll", id="no plus"),
    ],
)
def test_dialled_digits_are_read_by_the_mapping(
    numbering: Numbering, text: str, digits: str, number_type: str
) -> None:
    assert read_number(text, numbering, TYPES) == Number(digits, number_type)


@pytest.mark.parametrize("text", ["1234", "12", "0123"])
def test_an_extension_is_internal(text: str) -> None:
    assert read_number(text, GERMANY, TYPES) == Skipped("internal: an extension")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", "is empty", id="empty"),
        pytest.param("+", "is not a phone number", id="a plus alone"),
        pytest.param("4,42079E+11", "rounded by a spreadsheet", id="rounded by a German Excel"),
        pytest.param("4.42079e+11", "rounded by a spreadsheet", id="rounded by an English one"),
        pytest.param("+4.42079E11", "rounded by a spreadsheet", id="rounded with its plus"),
        pytest.param('="+4930123456"', "is not a phone number", id="a formula"),
        pytest.param("=1+1", "is not a phone number", id="a sum"),
        pytest.param("442079460000.0", "is not a phone number", id="a decimal"),
        pytest.param("anonymous", "is not a phone number", id="no number at all"),
        pytest.param("+49301234**56", "is not a phone number", id="masked in the middle"),
        pytest.param("**********", "is not a phone number", id="masked altogether"),
        pytest.param("+0123456789", "does not begin with a country code", id="no country begins with 0"),
        pytest.param("+٤٤٢٠٧٩٤٦", "is not a phone number", id="Arabic digits"),
        pytest.param("+123456", "6 digits where 7 to 15 are possible", id="too short"),
        pytest.param("+1234567890123456", "16 digits where 7 to 15", id="too long"),
        pytest.param("+1" * 5000, "is not a phone number", id="ten thousand characters"),
        pytest.param("+" + "1" * 5000, "is not a phone number", id="five thousand digits"),
        pytest.param("+1" + "*" * 5000, "digits where 7 to 15", id="five thousand masked digits"),
        pytest.param("442079460000", "has no +, and no [numbering]", id="no plus and no mapping"),
        pytest.param("22000", "has no +, and no [numbering]", id="a short code of no country"),
    ],
)
def test_what_is_no_number_is_refused_and_never_shown_whole(text: str, reason: str) -> None:
    flaw = read_number(text, NOTHING_SAID, TYPES)
    assert isinstance(flaw, Rejected)
    assert reason in flaw.reason
    assert len(flaw.reason) < 150
    assert len(text.strip("*")) < 5 or text not in flaw.reason


@pytest.mark.parametrize("text", ["+1911", "933", "0110", "+18005551234"])
def test_an_emergency_call_needs_no_numbering(text: str) -> None:
    number = read_number(text, GERMANY, TYPES, emergency=True)
    assert number == Number(text.lstrip("+"), "emergency")


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_reason(text: str) -> None:
    for numbering in (NOTHING_SAID, GERMANY, AMERICA):
        number = read_number(text, numbering, TYPES)
        if isinstance(number, Number):
            assert number.digits.rstrip("*").isdecimal()
            assert number.digits.isascii()
            assert len(number.digits) <= 15
            assert number.number_type in ("short_code", "emergency") or len(number.digits) >= 7


@given(st.integers(10**6, 10**15 - 1))
def test_an_international_number_keeps_its_digits(number: int) -> None:
    read = read_number(f"+{number}", GERMANY, NumberTypes())
    assert read == Number(str(number), "toll")
