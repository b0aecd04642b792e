import pytest

from worker.domain.outranked import outranked
from worker.domain.tariff_row import TariffRow


def row(prefix: str, service: str = "", number_type: str = "", origin: str = "") -> TariffRow:
    return TariffRow(service, number_type, origin, prefix, "", 0, 0, 1)


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        pytest.param([row("4930"), row("49", "outbound")], [(0, 1)], id="a longer prefix for any service"),
        pytest.param([row("49"), row("4930", "outbound")], [], id="a shorter one is what it falls back to"),
        pytest.param([row("49"), row("49", "outbound")], [], id="the same prefix: the named service wins"),
        pytest.param(
            [row("48"), row("4", "outbound"), row("48", "outbound")], [], id="named at both lengths"
        ),
        pytest.param([row("4930"), row("", "inbound")], [(0, 1)], id="a named row for any number"),
        pytest.param([row("4930", "", "toll"), row("49", "outbound", "toll_free")], [], id="other types"),
        pytest.param([row("4930", "", "toll"), row("49", "outbound")], [(0, 1)], id="any type meets each"),
        pytest.param([row("4930"), row("49", "outbound", "short_code")], [], id="no short code is any type"),
        pytest.param([row("4930", "", "", "DE"), row("49", "outbound", "", "FR")], [], id="other origins"),
        pytest.param([row("4930", "", "", "DE"), row("49", "outbound")], [(0, 1)], id="one of all origins"),
        pytest.param([row("4930"), row("49", "outbound", "", "FR")], [(0, 1)], id="all origins, one named"),
        pytest.param(
            [row("4930"), row("4930")._replace(from_s=60), row("49", "outbound")], [(0, 2)], id="once"
        ),
        pytest.param([row("4930", "outbound"), row("49", "outbound")], [], id="every row names its service"),
    ],
)
def test_rows_that_surprise_are_found(rows: list[TariffRow], pairs: list[tuple[int, int]]) -> None:
    assert list(outranked(rows)) == pairs
