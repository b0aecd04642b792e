"""The Teams PSTN usage report: every call type, every column name, every way to spoil it."""

import pytest

from tests.unit.adapters.teams_rows import GRAPH_NAMES, ROW, data, event, read, read_one, write
from worker.adapters.mapping import FileMapping, read_mapping
from worker.adapters.outcome import Event, Rejected, Skipped


def test_a_call_becomes_an_event_that_says_what_the_row_says() -> None:
    outcome = read_one()
    assert event(outcome) == {
        "specversion": "1.0",
        "id": "9c4984c7-6c3c-427d-a30c-bd0b2eacee90",
        "source": "teams-pstn",
        "type": "talktime.usage.call.v1",
        "datacontenttype": "application/json",
        "data": {
            "tenant_id": "contoso",
            "service": "outbound",
            "rated_number": "442079460000",
            "number_type": "toll",
            "started_at": "2026-01-31T23:59:59Z",
            "duration_s": 219,
            "origin": "DE",
            "user_id": "db03c14b-06eb-4189-939b-7cbf3a20ba27",
            "call_id": "1835317186_112562680@192.0.2.176",
        },
    }
    assert isinstance(outcome, Event)
    assert outcome.key == b"contoso"


def test_a_bridge_call_becomes_a_conference_of_one_leg_that_its_organizer_pays() -> None:
    outcome = read_one(
        Call_Type="conf_in", Conference_ID="733", Number_Type="TollFree", Destination_Number="+498001234567"
    )
    assert event(outcome)["type"] == "talktime.usage.conference.v1"
    assert data(outcome) == {
        "tenant_id": "contoso",
        "conference_id": "733",
        "organizer_id": "db03c14b-06eb-4189-939b-7cbf3a20ba27",
        "legs": [
            {
                "leg_id": "9c4984c7-6c3c-427d-a30c-bd0b2eacee90",
                "service": "dial_in",
                "rated_number": "498001234567",
                "number_type": "toll_free",
                "started_at": "2026-01-31T23:59:59Z",
                "duration_s": 219,
                "origin": "GB",
            }
        ],
    }


@pytest.mark.parametrize(
    ("call_type", "service"),
    [
        ("user_in", "inbound"),
        ("user_out", "outbound"),
        ("user_out_conf", "outbound"),
        ("user_out_transfer", "outbound"),
        ("user_out_forwarding", "outbound"),
        ("unassigned_in", "inbound"),
        ("emergency_in", "inbound"),
        ("emergency_out", "outbound"),
        ("fmc_in", "inbound"),
        ("fmc_out", "outbound"),
        ("ucap_in", "inbound"),
        ("ucap_out", "outbound"),
        ("ucap_out_conf", "outbound"),
        ("conf_in", "dial_in"),
        ("conf_out", "dial_out"),
        ("Conf_Out", "dial_out"),
    ],
)
def test_every_call_type_has_its_service(call_type: str, service: str) -> None:
    found = data(read_one(Call_Type=call_type, Conference_ID="733"))
    assert found.get("legs", [found])[0]["service"] == service


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        pytest.param({"Duration_Seconds": "0"}, "unanswered: it lasted 0 s", id="unanswered"),
        pytest.param(
            {"Duration_Seconds": "0", "Destination_Number": "anonymous"},
            "unanswered: it lasted 0 s",
            id="unanswered, whatever was dialled",
        ),
        pytest.param(
            {"Capability": "FREECALL"}, "free: Microsoft charged nobody for it (FREECALL)", id="given away"
        ),
        pytest.param(
            {"Call_Type": "dr_out"},
            "direct routing: the tenant's own carrier charges for it",
            id="own carrier",
        ),
        pytest.param(
            {"Call_Type": "ByotIn"},
            "direct routing: the tenant's own carrier charges for it",
            id="its newer name",
        ),
    ],
)
def test_a_row_that_nobody_pays_for_is_skipped(cells: dict[str, str], reason: str) -> None:
    assert read_one(**cells) == Skipped(reason)


def test_an_internal_call_is_skipped() -> None:
    mapping = read_mapping({"tenant": "contoso", "numbering": {"country": "49", "extension_digits": 4}})
    assert read_one(mapping, Destination_Number="4711") == Skipped("internal: an extension")


def test_who_called_and_their_names_stay_in_the_file() -> None:
    for call_type in ("user_out", "user_in", "conf_in"):
        outcome = read_one(Call_Type=call_type, Conference_ID="733")
        assert isinstance(outcome, Event)
        for column in ("UPN", "User Display Name", "Caller ID"):
            assert ROW[column].encode() not in outcome.value


def test_a_bot_has_no_user() -> None:
    found = data(read_one(Call_Type="ucap_in", Microsoft_Entra_ObjectId="", UPN=""))
    assert "user_id" not in found


def test_graph_rows_give_the_same_events_as_the_export() -> None:
    graph = {GRAPH_NAMES.get(name, name): cell for name, cell in ROW.items()}
    assert read(write(graph)) == read(write(ROW))
    older = {("AAD ObjectId" if "Entra" in name else name): cell for name, cell in ROW.items()}
    assert read(write(older)) == read(write(ROW))


def test_order_delimiter_and_further_columns_make_no_difference() -> None:
    shuffled = dict(sorted((ROW | {"Something New": "x"}).items(), reverse=True))
    assert read(write(shuffled, delimiter=";")) == read(write(ROW))


def test_a_guid_says_the_same_in_capitals_and_any_other_id_is_kept() -> None:
    assert event(read_one(UsageId=ROW["UsageId"].upper()))["id"] == ROW["UsageId"]
    assert event(read_one(UsageId="Usage-1"))["id"] == "Usage-1"


def test_who_rejoins_a_conference_makes_two_legs_of_two_events() -> None:
    first = ROW | {"Call Type": "conf_in", "Conference ID": "733"}
    again = first | {"UsageId": "0f4984c7-6c3c-427d-a30c-bd0b2eacee90", "Start Time": "2026-02-01T00:01:00Z"}
    outcomes = [event(outcome) for _, outcome in read(write(first, again))]
    assert len({outcome["id"] for outcome in outcomes}) == 2
    assert {outcome["data"]["conference_id"] for outcome in outcomes} == {"733"}


def test_a_new_call_type_may_be_named_or_skipped_by_the_mapping() -> None:
    mapping = read_mapping(
        {"tenant": "contoso", "call_types": {"OC_Video": "inbound", "sms_out": "skip", "fmc_in": "skip"}}
    )
    assert data(read_one(mapping, Call_Type="oc_video"))["service"] == "inbound"
    assert read_one(mapping, Call_Type="sms_out") == Skipped("call type sms_out: the mapping skips it")
    assert read_one(mapping, Call_Type="fmc_in") == Skipped("call type fmc_in: the mapping skips it")


def test_the_tenant_may_stand_in_a_column() -> None:
    mapping = FileMapping(tenant_column="Administrative Units")
    assert data(read_one(mapping, Administrative_Units="fabrikam"))["tenant_id"] == "fabrikam"
    assert read_one(mapping, Administrative_Units="") == Rejected(
        "Administrative Units: 1-128 characters without controls are needed"
    )
