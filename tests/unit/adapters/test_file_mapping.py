"""Mappings: what they may say, and what they are refused for."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from worker.adapters.mapping import FileMapping, MappingError, load_mapping, override
from worker.adapters.numbering import Numbering, NumberTypes

DOCUMENTED = """
tenant = "acme"                   # or { column = "accountcode" }
timezone = "Europe/Berlin"        # of local times
[contexts]                        # Asterisk, FreeSWITCH: context -> service
from-internal = "outbound"
from-trunk = "inbound"
[numbering]                       # dialled digits -> E.164
country = "49"
international = "00"
national = "0"
extension_digits = 4              # that short: internal, not billable
plus_optional = false
local = { 6 = "493012" }           # numbers of that many digits: put this before them
[number_types]                    # prefix -> type; default toll
"49800" = "toll_free"
"""


def load(folder: Path, text: str) -> FileMapping:
    path = folder / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_the_documented_mapping_is_read_as_it_stands(tmp_path: Path) -> None:
    assert load(tmp_path, DOCUMENTED) == FileMapping(
        tenant="acme",
        timezone=ZoneInfo("Europe/Berlin"),
        contexts={"from-internal": "outbound", "from-trunk": "inbound"},
        numbering=Numbering(
            country="49", international="00", national="0", extension_digits=4, local={6: "493012"}
        ),
        number_types=NumberTypes({"49800": "toll_free"}),
    )


def test_an_empty_mapping_says_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, "") == FileMapping()


def test_a_tenant_may_stand_in_a_column(tmp_path: Path) -> None:
    assert load(tmp_path, 'tenant = { column = "accountcode" }').tenant_column == "accountcode"


def test_the_command_line_wins(tmp_path: Path) -> None:
    mapping = override(load(tmp_path, DOCUMENTED), "contoso", "Asia/Tokyo")
    assert (mapping.tenant, mapping.timezone) == ("contoso", ZoneInfo("Asia/Tokyo"))
    column = override(load(tmp_path, 'tenant = { column = "accountcode" }'), "contoso", None)
    assert (column.tenant, column.tenant_column) == ("contoso", "")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param("tenant =", "is not TOML", id="no TOML"),
        pytest.param("tenant = 1", "tenant: a name, or", id="a number for a tenant"),
        pytest.param('tenant = { row = "x" }', "tenant: a name, or", id="a row for a tenant"),
        pytest.param(f'tenant = "{"x" * 129}"', "tenant: 1-128 characters", id="a tenant too long"),
        pytest.param('tenant = "a\\u0000b"', "tenant: 1-128 characters", id="a tenant with a control"),
        pytest.param('timezone = "Berlin"', "timezone: 'Berlin' is no IANA zone", id="no zone"),
        pytest.param('timezone = "../../etc/passwd"', "is no IANA zone", id="a path for a zone"),
        pytest.param('timezone = ""', "is no IANA zone", id="an empty zone"),
        pytest.param("timezone = 1", "timezone: text in quotes", id="a number for a zone"),
        pytest.param('tenants = "x"', "tenants: not known; allowed are tenant", id="a key misspelt"),
        pytest.param("numbering = 1", "numbering: a table", id="a number for a table"),
        pytest.param('[numbering]\nnation = "49"', "numbering.nation: not known", id="a nested key misspelt"),
        pytest.param('[numbering]\ncountry = "+49"', "numbering.country: 1-15 digits", id="a plus"),
        pytest.param("[numbering]\ncountry = 49", "numbering.country: 1-15 digits in quotes", id="no quotes"),
        pytest.param(
            "[numbering]\nextension_digits = true", "whole number from 0 to 15", id="true as a number"
        ),
        pytest.param("[numbering]\nextension_digits = 16", "whole number from 0 to 15", id="too many digits"),
        pytest.param('[numbering]\nplus_optional = "no"', "true or false", id="text as a yes or no"),
        pytest.param(
            '[numbering]\nlocal = { six = "49" }', "numbering.local: 1-15 digits", id="a word as a length"
        ),
        pytest.param('[contexts]\nx = "out"', "contexts.x: one of dial_in, dial_out", id="no service"),
        pytest.param("[contexts]\nx = []", "contexts.x: one of", id="a list for a service"),
        pytest.param('[call_types]\nx = "no"', "call_types.x: one of .*skip", id="no service of a call type"),
        pytest.param('[number_types]\n"49" = "free"', "number_types.49: one of emergency", id="no type"),
        pytest.param('[number_types]\n"4x" = "toll"', "number_types: 1-15 digits", id="no prefix"),
        pytest.param("x = " + "[" * 5000, "is not TOML", id="nested without end"),
    ],
)
def test_a_mapping_that_cannot_be_right_is_refused_by_its_key(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(MappingError, match=complaint) as refusal:
        load(tmp_path, text)
    assert "mapping.toml" in str(refusal.value)


def test_a_file_that_is_no_mapping_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match=r"absent\.toml: No such file"):
        load_mapping(tmp_path / "absent.toml")
    with pytest.raises(MappingError, match="Is a directory"):
        load_mapping(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(MappingError, match=r"binary.toml: is not UTF-8"):
        load_mapping(binary)
    binary.write_bytes(b"#" * 2_000_000)
    with pytest.raises(MappingError, match="longer than 1048576 bytes"):
        load_mapping(binary)


def test_an_option_that_cannot_be_right_is_refused() -> None:
    with pytest.raises(MappingError, match="tenant: 1-128"):
        override(FileMapping(), "", None)
    with pytest.raises(MappingError, match="timezone: 'Mars/Olympus' is no IANA zone"):
        override(FileMapping(), None, "Mars/Olympus")
