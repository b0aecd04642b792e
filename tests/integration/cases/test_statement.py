from uuid import uuid4

import pytest

from tests.integration.accounts_command import Accounts, point_at
from tests.integration.cases.desk import Desk, desk_in
from tests.integration.cases.events import call, conference, credit, event, leg, opened
from tests.integration.cases.house import House
from tests.integration.cases.statements import FIELDS, LINE_FIELDS, adds_up, json_of, revision_of
from worker.postgres.statement_views import open_statement

DAY_US = 86_400 * 1_000_000
SOURCE = "/tests/platform"


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nobody works here but the test, at whatever time it says."""
    point_at(house.settings, monkeypatch)
    return await desk_in(house)


@pytest.fixture
def accounts() -> Accounts:
    return Accounts()


async def test_a_statement_says_what_was_booked_and_why(desk: Desk, accounts: Accounts) -> None:
    known_id = str(uuid4())
    await desk.charge(opened("acme"), credit("acme", "25", payment_id="p-1"))
    await desk.charge(call("acme", known_id, user_id="u-7", duration_s=61))

    code, document = await accounts("statement", "acme")

    assert code == 0
    assert (document["tenant_id"], document["opening"], document["closing"]) == ("acme", "0", "23")
    purchase, usage = document["entries"]
    assert purchase.keys() >= FIELDS
    assert (purchase["kind"], purchase["amount"], purchase["balance_after"]) == ("purchase", "25", "25")
    assert [lot["payment_id"] for lot in purchase["lots"]] == ["p-1"]
    assert {name: usage[name] for name in sorted(FIELDS - {"at", "started_at"})} == {
        "amount": "-2",
        "balance_after": "23",
        "destination": "to 49",
        "kind": "usage.call",
        "lines": [
            {
                "from_s": 0,
                "to_s": 61,
                "price_per_minute": "1",
                "billable_s": 120,
                "allowance_s": 0,
                "amount": "-2",
            }
        ],
        "rated_number": "4930******",
        "tariff": {"deck": "standard", "version": 1, "prefix": "49", "window": None},
        "usage": {"source": SOURCE, "id": known_id},
        "user_id": "u-7",
    }


async def test_a_conference_shows_every_leg_and_why_it_costs_what_it_does(
    desk: Desk, accounts: Accounts
) -> None:
    legs = leg("a"), leg("b", rated_number="12125550100", duration_s=61), leg("c", duration_s=0)
    other = conference("acme", leg("d"), leg("e"), event_id="MEETING/2")
    await desk.charge(opened("acme"), conference("acme", *legs, event_id="MEETING/1"), other)

    _, document = await accounts("statement", "acme")

    entry, second = sorted(document["entries"], key=lambda one: str(one["usage"]["id"]))
    assert [(line["leg_id"], line["amount"]) for line in second["lines"]] == [("d", "-1"), ("e", "-1")]
    assert (entry["usage"], entry["kind"]) == ({"source": SOURCE, "id": "MEETING/1"}, "usage.conference")
    assert (entry["rated_number"], entry["amount"], entry["call_id"]) == (None, "-1.2", "c-1")
    assert all(line.keys() >= LINE_FIELDS for line in entry["lines"])
    assert [
        (line["leg_id"], line["rated_number"], line["destination"], line["amount"], line["tariff"]["prefix"])
        for line in entry["lines"]
    ] == [
        ("a", "4930******", "to 49", "-1", "49"),
        ("b", "1212*******", "to 1", "-0.2", "1"),
        ("c", "4930******", "to 49", "0", "49"),
    ]
    assert adds_up(document)


async def test_what_is_given_back_names_the_usage_that_it_was(desk: Desk, accounts: Accounts) -> None:
    by_uuid, by_text = str(uuid4()), "CALL/17"
    await desk.charge(opened("acme"), credit("acme", "25"))
    for event_id in (by_uuid, by_text):
        usage = {"source": SOURCE, "id": event_id, "started_at": json_of(call("acme"))["data"]["started_at"]}
        await desk.charge(call("acme", event_id))
        corrected = json_of(call("acme", duration_s=120))["data"]
        await desk.charge(
            event("usage", "usage.corrected", {"tenant_id": "acme", "usage": usage, "corrected": corrected})
        )
        await desk.charge(
            event("usage", "usage.voided", {"tenant_id": "acme", "usage": usage, "reason": "wrong"})
        )

    _, document = await accounts("statement", "acme")

    for event_id in (by_uuid, by_text):
        told = [entry for entry in document["entries"] if (entry["usage"] or {}).get("id") == event_id]
        assert {(entry["kind"], entry["amount"], revision_of(entry)) for entry in told} == {
            ("usage.call", "-1", None),
            ("usage.returned", "1", 1),
            ("usage.call.corrected", "-2", 2),
            ("usage.returned", "2", 3),
        }
        assert len(told) == 4
    assert (document["closing"], adds_up(document)) == ("25", True)


async def test_what_is_booked_while_a_statement_is_read_is_not_in_it(desk: Desk) -> None:
    await desk.charge(opened("acme"), *(call("acme") for _ in range(1_500)))

    async with open_statement(desk.house.pool, "acme", None) as statement:
        assert statement is not None
        pages = statement.pages()
        first = await anext(pages)
        await desk.charge(call("acme"), credit("acme", "25"))
        rest = [stated async for page in pages for stated in page]

    assert (len(first), len(rest)) == (1_000, 500)
    assert statement.statement.closing_micros == rest[-1].balance_micros == -1_500 * 1_000_000
