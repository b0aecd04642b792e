"""Teams rows and files that cannot be right: refused by name, beside their neighbours."""

import pytest

from tests.unit.adapters.teams_rows import ROW, read, read_one, write
from worker.adapters.cdr_file import UnusableFileError
from worker.adapters.mapping import FileMapping
from worker.adapters.outcome import Event, Rejected


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        pytest.param(
            {"Call_Type": "oc_video"},
            "Call Type oc_video is not known: name its service under [call_types] in the mapping",
            id="a call type of tomorrow",
        ),
        pytest.param(
            {"Call_Type": "+4930123456"}, 'Call Type "+493*******" is not known', id="a number as a type"
        ),
        pytest.param({"Call_Type": ""}, 'Call Type "" is not known', id="no call type"),
        pytest.param({"UsageId": ""}, 'UsageId "" identifies nothing', id="no id"),
        pytest.param({"UsageId": "1,2E+36"}, "UsageId", id="an id that a spreadsheet has rounded"),
        pytest.param({"UsageId": "=A1"}, "UsageId", id="a formula for an id"),
        pytest.param({"UsageId": "x" * 257}, "UsageId", id="an id too long"),
        pytest.param({"UsageId": "a\x07b"}, "UsageId", id="a bell in an id"),
        pytest.param({"Destination_Number": ""}, "Destination Number is empty", id="no number"),
        pytest.param(
            {"Destination_Number": "4,42079E+11"},
            'Destination Number "4,42*******" was rounded by a spreadsheet',
            id="a rounded number",
        ),
        pytest.param({"Destination_Number": "9" * 5000}, "Destination Number", id="five thousand digits"),
        pytest.param({"Destination_Number": "=HYPERLINK(1)"}, "Destination Number", id="a formula"),
        pytest.param({"Destination_Number": "442079460000"}, "has no +", id="a number that lost its plus"),
        pytest.param(
            {"Start_Time": "31.01.2026 23:59"}, "Start Time", id="a time that a spreadsheet rewrote"
        ),
        pytest.param({"Start_Time": "0001-01-01T00:00:00Z"}, "Start Time", id="the year 1"),
        pytest.param({"Start_Time": ""}, 'Start Time "" is not a time', id="no time"),
        pytest.param({"Duration_Seconds": ""}, 'Duration Seconds ""', id="no duration"),
        pytest.param({"Duration_Seconds": "-1"}, "Duration Seconds", id="a negative duration"),
        pytest.param({"Duration_Seconds": "12.5"}, "Duration Seconds", id="half seconds"),
        pytest.param({"Duration_Seconds": "1" * 5000}, "Duration Seconds", id="a duration of 5,000 digits"),
        pytest.param({"Duration_Seconds": "٣"}, "Duration Seconds", id="an Arabic duration"),
        pytest.param(
            {"Duration_Seconds": "604801"}, "more than 604800, which is seven days", id="eight days"
        ),
        pytest.param(
            {"Call_Type": "user_in", "Number_Type": "Mobile"},
            'Number Type "Mobi**" is not known',
            id="own type",
        ),
        pytest.param({"Call_Type": "conf_in"}, "Conference ID is empty", id="a conference without its id"),
        pytest.param(
            {"Call_Type": "conf_out", "Conference_ID": "1", "Microsoft_Entra_ObjectId": "", "UPN": ""},
            "Microsoft Entra ObjectId is empty",
            id="a conference without its organizer",
        ),
    ],
)
def test_a_row_that_cannot_be_right_is_rejected_by_its_column(cells: dict[str, str], reason: str) -> None:
    outcome = read_one(**cells)
    assert isinstance(outcome, Rejected)
    assert reason in outcome.reason
    assert len(outcome.reason) < 200


@pytest.mark.parametrize(
    "column", ["Destination Number", "Caller ID", "UPN", "User Display Name", "Start Time"]
)
def test_no_reason_shows_whose_call_it_was(column: str) -> None:
    for spoilt in ROW:
        ((_, outcome),) = read(write(ROW | {spoilt: "=x"}))
        assert isinstance(outcome, Event) or ROW[column] not in outcome.reason


def test_a_bad_row_does_not_cost_its_neighbours() -> None:
    rows = write(ROW, ROW | {"Start Time": "?"}, ROW | {"User Display Name": 'two\nlines, "and" more'})
    assert [(line, type(outcome)) for line, outcome in read(rows)] == [(2, Event), (3, Rejected), (4, Event)]


@pytest.mark.parametrize(
    ("header", "complaint"),
    [
        pytest.param(
            "UsageId,Call Type,Start Time", "no column Number Type, Destination Number, Duration", id="some"
        ),
        pytest.param("a,b", "has no column UsageId, Call Type, Number Type", id="another file"),
        pytest.param(",".join(ROW) + ",Call Type", "more than one column Call Type", id="a column twice"),
        pytest.param(
            ",".join(ROW) + ",callType", "more than one column Call Type", id="a column by two names"
        ),
        pytest.param("CorrelationId,UPN,Call type", "is a direct routing report", id="direct routing"),
        pytest.param("", "is empty", id="empty"),
    ],
)
def test_a_file_of_other_columns_is_refused_whole(header: str, complaint: str) -> None:
    with pytest.raises(UnusableFileError, match=complaint):
        read(header)


def test_a_missing_tenant_column_is_refused_whole() -> None:
    with pytest.raises(UnusableFileError, match="has no column Cost Centre"):
        read(write(ROW), FileMapping(tenant_column="Cost Centre"))
