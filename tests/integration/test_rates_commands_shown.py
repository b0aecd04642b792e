"""What people read of rate decks; programs read the same as JSON."""

from pathlib import Path

from tests.integration.rates_command import LATER, TERMS, WINDOWS, Rates


async def test_people_read_tables_and_exports_come_back(rates: Rates, windows: str, tmp_path: Path) -> None:
    imported = await rates.text("import", windows, "--deck", "peak", *TERMS)
    code, listed = await rates.text("list")
    exported = await rates.text("export", "peak")
    (tmp_path / "again.csv").write_text(exported[1], encoding="utf-8")
    again = await rates.text("import", str(tmp_path / "again.csv"), "--deck", "peak", *TERMS)

    assert imported == again == (0, "peak: version 1, 5 rows, 0 released\n")
    assert code == exported[0] == 0
    # Nothing is cut, however narrow the terminal of whoever pipes it on.
    columns, version = (line.split() for line in listed.splitlines())
    assert columns[:5] == ["deck", "version", "currency", "timezone", "effective_from"]
    assert version[:5] == ["peak", "1", "USD", "Europe/Berlin", "2026-01-01T00:00:00Z"]


async def test_people_read_every_line_of_a_call_and_why(rates: Rates, windows: str) -> None:
    await rates.text("import", windows, "--deck", "peak", *TERMS)
    call = ("49", "--at", "2026-03-04T16:59:30Z", "--duration", "120")

    code, explained = await rates.text("explain", *call)

    assert code == 0
    _, peak, night, amount, destination, matched, version, window = (
        " ".join(line.split()) for line in explained.splitlines()
    )
    assert (peak, night) == ("0 60 60 0.6 0.6 mon-fri 08:00-18:00", "60 120 60 0.12 0.12 mon-fri 18:00-24:00")
    assert (amount, destination) == ("amount 0.72", "destination Germany")
    assert matched == "matched prefix 49; service any, number_type any, origin any"
    assert version == "version 1 of peak, from 2026-01-01T00:00:00Z on"
    assert window == "window mon-fri 08:00-18:00 (Europe/Berlin)"


async def test_people_read_that_an_emergency_without_a_tariff_costs_nothing(
    rates: Rates, windows: str
) -> None:
    await rates.text("import", windows, "--deck", "peak", *TERMS)
    call = ("112", "--at", "2026-03-04T10:00:00Z", "--duration", "60", "--number-type", "emergency")

    code, explained = await rates.text("explain", *call)

    assert code == 0
    assert "no tariff: an emergency call then costs nothing" in explained


async def test_people_read_what_of_a_tariff_has_changed(rates: Rates, windows: str, tmp_path: Path) -> None:
    newer = tmp_path / "newer.csv"
    newer.write_text(WINDOWS.replace("0.6,", "0.7,").replace("50,,", "50,Fifty,"), encoding="utf-8")
    await rates.text("import", windows, "--deck", "peak", *TERMS)
    await rates.text("import", str(newer), "--deck", "peak", *LATER)

    code, shown = await rates.text("diff", "peak@1", "peak")

    assert code == 0
    changed, labelled = (" ".join(line.split()) for line in shown.splitlines()[1:])
    assert "0.6 (weekdays mon-fri, from_time 08:00, to_time 18:00);" in changed
    assert "0.7 (weekdays mon-fri, from_time 08:00, to_time 18:00);" in changed
    assert labelled == "changed any any any 50 0.01 0.01 (label Fifty)"
