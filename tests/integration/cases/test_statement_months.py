import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.accounts_command import Accounts, point_at
from tests.integration.cases.aging import DAY_S, flaws
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import Sent, call, credit, opened
from tests.integration.cases.house import House
from tests.integration.cases.statements import FIELDS, adds_up, json_of
from worker.domain.calendar import Timezones, month_begins_s, month_of
from worker.transactions.retention import Kept, close_old_days, forward_old_days

DAY_US = DAY_S * 1_000_000
# A day is forwarded as soon as it is over.
AT_ONCE = Kept(open_days=0, kept_days=0, persons_days=0, settled_days=0)
SOURCE = "/tests/platform"


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nobody works here but the test, at whatever time it says."""
    point_at(house.settings, monkeypatch)
    return await desk_in(house)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


def local_month(desk: Desk, zone: str = "UTC", moment_s: int | None = None) -> str:
    month = month_of(Timezones(zone), moment_s or desk.now_us // 1_000_000)
    return f"{month // 100}-{month % 100:02}"


def turn_of_a_month(desk: Desk, zone: str) -> int:
    """When a month turned last, a day ago at least."""
    return month_begins_s(zone, month_of(Timezones(zone), desk.now_us // 1_000_000 - DAY_S))


def started(sent: Sent, began: str) -> Sent:
    """Have usage begin at a moment."""
    document = json_of(sent)
    if sent.role == "usage":
        document["data"]["started_at"] = began
    return sent._replace(value=json.dumps(document).encode())


async def test_a_month_holds_what_was_booked_in_it_and_a_past_one_never_changes(
    desk: Desk, accounts: Accounts
) -> None:
    await desk.charge(opened("acme"), credit("acme", "25"))
    now_us, zone = desk.now_us, "UTC"
    this_month = local_month(desk)
    # The last day of a month that is over, in which another call was booked.
    desk.now_us -= (datetime.fromtimestamp(now_us / 1_000_000, UTC).day + 1) * DAY_US
    past = datetime.fromtimestamp(desk.now_us / 1_000_000, UTC)
    past_month = local_month(desk, zone)
    await desk.charge(call("acme", started_at=(past - timedelta(hours=1)).isoformat()))
    before = await accounts.text("statement", "acme", "--month", past_month, "--json")
    desk.now_us = now_us
    # A call of that very day arrives late: it belongs in the month in which it is booked.
    await desk.charge(call("acme", started_at=past.isoformat(), duration_s=120))

    after = await accounts.text("statement", "acme", "--month", past_month, "--json")
    _, past_document = await accounts("statement", "acme", "--month", past_month)
    _, document = await accounts("statement", "acme", "--month", this_month)

    assert before == after
    assert [entry["amount"] for entry in past_document["entries"]] == ["-1"]
    assert (past_document["opening"], past_document["closing"], past_document["complete"]) == (
        "0",
        "-1",
        True,
    )
    assert (document["opening"], document["closing"], document["complete"]) == ("-1", "22", False)
    assert sorted(entry["amount"] for entry in document["entries"]) == ["-2", "25"]
    assert adds_up(past_document)
    assert adds_up(document)


async def test_forwarded_days_are_carried_forward_and_their_months_show_only_sums(
    desk: Desk, accounts: Accounts
) -> None:
    await desk.charge(opened("acme"), call("acme"))
    forward = """
        INSERT INTO balance_forward (cell, account_id, day, booked_month, kind, entries, amount_micros)
        SELECT cell, account_id, $1::date, to_char($1::date, 'YYYYMM')::int, $2::smallint, $3, $4 FROM account
    """
    for day, kind, entries, amount in (
        ("2025-05-30", 10, 1, 50_000_000),
        ("2025-06-01", 1, 3, -6_000_000),
        ("2025-06-02", 1, 2, -4_000_000),
    ):
        await desk.house.pool.execute(forward, datetime.fromisoformat(day).date(), kind, entries, amount)
        await desk.house.pool.execute(
            "INSERT INTO ledger_day (day, state) VALUES ($1, 'forwarded')", datetime.fromisoformat(day).date()
        )

    _, everything = await accounts("statement", "acme")
    _, june = await accounts("statement", "acme", "--month", "2025-06")
    _, july = await accounts("statement", "acme", "--month", "2025-07")
    texts = [
        await accounts.text("statement", "acme", "--month", "2025-06", "--format", one)
        for one in ("text", "csv", "html")
    ]

    assert (everything["opening"], everything["closing"], len(everything["entries"])) == ("40", "39", 1)
    assert (june["opening"], june["closing"]) == ("50", "40")
    assert [(one["kind"], one["amount"], one["entries"]) for one in june["entries"]] == [
        ("usage.call", "-10", 5)
    ]
    assert june["entries"][0].keys() >= FIELDS
    assert (july["opening"], july["closing"], july["entries"]) == ("40", "40", [])
    assert all(adds_up(one) for one in (everything, june, july))
    assert all(code == 0 and "-10" in text for code, text, _ in texts)


async def test_a_past_month_stays_what_it_was_when_its_days_are_forwarded(
    desk: Desk, accounts: Accounts
) -> None:
    turned_s = turn_of_a_month(desk, "Asia/Tokyo")
    began = datetime.fromtimestamp(turned_s - 7200, UTC).isoformat()
    # An hour before the month turns, an hour after it on the same UTC day, and what comes late.
    for seconds, sent in (
        (turned_s - 3600, [opened("acme", timezone="Asia/Tokyo"), credit("acme", "25"), call("acme")]),
        (turned_s + 3600, [call("acme", duration_s=120)]),
        (desk.now_us // 1_000_000, [call("acme", duration_s=180)]),
    ):
        desk.now_us = seconds * 1_000_000
        await desk.charge(*(started(one, began) for one in sent))
    months = [local_month(desk, "Asia/Tokyo", turned_s + shift_s) for shift_s in (-1, 0)]
    before = [(await accounts("statement", "acme", "--month", month))[1] for month in months]

    tomorrow_s = turned_s // DAY_S * DAY_S + DAY_S
    await close_old_days(desk.house.pool, AT_ONCE, tomorrow_s)
    await forward_old_days(desk.house.pool, AT_ONCE, tomorrow_s)

    after = [(await accounts("statement", "acme", "--month", month))[1] for month in months]
    assert [(one["opening"], one["closing"]) for one in before] == [("0", "24"), ("24", "19")]
    assert [(one["opening"], one["closing"]) for one in after] == [("0", "24"), ("24", "19")]
    assert [[(entry["kind"], entry["amount"]) for entry in one["entries"]] for one in after] == [
        [("usage.call", "-1"), ("purchase", "25")],
        [("usage.call", "-5")],
    ]
    assert await flaws(desk.house.pool) == []


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("acme", "--month", "2026-13"), 2, "2026-03"),
        (("acme", "--month", "march"), 2, "2026-03"),
        (("acme", "--month", "2098-01"), 2, "has not begun"),
        (("acme", "--format", "xml"), 2, "'html'"),
        (("acme", "--json", "--format", "csv"), 2, "--json"),
        (("nobody",), 1, "accounts list"),
    ],
)
async def test_a_statement_that_cannot_be_given_says_what_is_allowed(
    desk: Desk, accounts: Accounts, options: tuple[str, ...], code: int, words: str
) -> None:
    await desk.charge(opened("acme"))

    ended, text, complaint = await accounts.text("statement", *options)

    assert (ended, text) == (code, "")
    assert words in " ".join(complaint.split())
