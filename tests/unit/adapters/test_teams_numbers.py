"""Which number of a Teams call is rated, and as what."""

import pytest

from tests.unit.adapters.teams_rows import data, read_one
from worker.adapters.mapping import FileMapping
from worker.adapters.numbering import NumberTypes


@pytest.mark.parametrize(
    ("cells", "number", "number_type"),
    [
        pytest.param({"Destination_Number": "911"}, "911", "emergency", id="911 as an ordinary call"),
        pytest.param({"Destination_Number": "+112"}, "112", "emergency", id="112 with a plus"),
        pytest.param(
            {"Call_Type": "emergency_out", "Destination_Number": "933"}, "933", "emergency", id="by call type"
        ),
        pytest.param(
            {"Call_Type": "emergency_in", "Number_Type": "Service"},
            "442079460000",
            "emergency",
            id="call back",
        ),
        pytest.param({"Destination_Number": "+919876543210"}, "919876543210", "toll", id="India"),
        pytest.param({"Destination_Number": "+41443334455"}, "41443334455", "toll", id="Switzerland"),
        pytest.param({"Destination_Number": "+4411833"}, "4411833", "short_code", id="a short code"),
        pytest.param({"Destination_Number": "+4420794***"}, "4420794***", "toll", id="masked, three digits"),
        pytest.param(
            {"Destination_Number": "+41 443334****"}, "41443334****", "toll", id="masked, four digits"
        ),
        pytest.param(
            {"Number_Type": "Toll-free"}, "442079460000", "toll", id="the caller's own number is no matter"
        ),
        pytest.param({"Destination_Number": "+44800123456"}, "44800123456", "toll_free", id="by the mapping"),
        pytest.param({"Call_Type": "user_in"}, "442079460000", "toll", id="a subscriber's number"),
        pytest.param(
            {"Call_Type": "ucap_in", "Number_Type": "Service"}, "442079460000", "toll", id="a service number"
        ),
        pytest.param(
            {"Call_Type": "ucap_in", "Number_Type": "Toll-Free"},
            "442079460000",
            "toll_free",
            id="toll-free inbound",
        ),
        pytest.param(
            {"Call_Type": "ucap_in", "Number_Type": "TollFree Service"},
            "442079460000",
            "toll_free",
            id="longer name",
        ),
        pytest.param(
            {"Call_Type": "unassigned_in", "Number_Type": ""},
            "442079460000",
            "toll",
            id="the column says nothing",
        ),
        pytest.param(
            {"Call_Type": "user_in", "Number_Type": "Mobile", "Destination_Number": "+44800123456"},
            "44800123456",
            "toll_free",
            id="an unknown type that the mapping settles",
        ),
    ],
)
def test_the_number_and_its_type(cells: dict[str, str], number: str, number_type: str) -> None:
    mapping = FileMapping(
        tenant="contoso", number_types=NumberTypes({"44800": "toll_free", "44118": "short_code"})
    )
    found = data(read_one(mapping, **cells))
    assert (found["rated_number"], found["number_type"]) == (number, number_type)
