from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from tests.integration.accounts_command import OPEN, Accounts, point_at
from tests.integration.cases.conftest import built
from tests.integration.cases.events import call, opened
from tests.integration.cases.house import House


@pytest.fixture
async def house(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """A worker at work, and an account of `acme` in USD."""
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working():
        point_at(house.settings, monkeypatch)
        # Commands wait two seconds for an effect; a worker that has just started joins its group first.
        await house.charge(opened("somebody"))
        code, _ = await Accounts()(*OPEN)
        assert code == 0
        # The opening was published by the command, so it counts as one of those that were read.
        house.sent += 1
        yield house


@pytest.fixture
def accounts(house: House) -> Accounts:
    assert house.workers
    return Accounts()


async def test_a_bundle_is_set_used_resized_and_ended(house: House, accounts: Accounts) -> None:
    limits = ("--prefix", "49,43", "--except-prefix", "4930999", "--service", "outbound", "--origin", "DE")
    code, first = await accounts("allowance", "acme", "germany", "--minutes", "100", *limits)
    _, plain = await accounts("allowance", "acme", "world", "--minutes", "5", "--number-type", "toll")
    house.sent += 2
    await house.charge(call("acme", duration_s=61, started_at=datetime.now(UTC).isoformat()))
    _, used = await accounts("show", "acme")
    _, resized = await accounts("allowance", "acme", "world", "--minutes", "1")
    _, ended = await accounts("allowance", "acme", "germany", "--minutes", "0")

    assert code == 0
    assert first["allowances"] == [
        {"allowance": "germany", "period": "calendar_month", "minutes": 100, "used_s": 0}
    ]
    assert [one["allowance"] for one in plain["allowances"]] == ["germany", "world"]
    # No origin was told, so that only the bundle for anywhere pays.
    assert [(one["allowance"], one["used_s"]) for one in used["allowances"]] == [
        ("germany", 0),
        ("world", 120),
    ]
    assert [(one["minutes"], one["used_s"]) for one in resized["allowances"]] == [(100, 0), (1, 120)]
    assert [one["allowance"] for one in ended["allowances"]] == ["world"]
    _, listed = await accounts("list")
    (acme,) = [one for one in listed if one["tenant_id"] == "acme"]
    assert acme["allowances"] == ended["allowances"]


async def test_alerts_are_set_all_at_once_and_ended(accounts: Accounts) -> None:
    code, given = await accounts("alerts", "acme", "--level", "5", "--level", "20,10.50")
    _, fewer = await accounts("alerts", "acme", "--level", "1")
    _, none = await accounts("alerts", "acme", "--off")

    assert (code, given["alerts"]) == (0, ["20", "10.5", "5"])
    assert (fewer["alerts"], none["alerts"]) == (["1"], [])


async def test_a_payment_method_is_chosen_and_left_to_the_payment_service_again(accounts: Accounts) -> None:
    code, chosen = await accounts("payment-method", "acme", "pm_7", "--label", "Visa **** 42")
    _, unnamed = await accounts("payment-method", "acme", "pm_8")
    _, default = await accounts("payment-method", "acme", "--default")

    assert (code, chosen["payment_method"]) == (0, "pm_7")
    assert (unnamed["payment_method"], default["payment_method"]) == ("pm_8", None)


async def test_a_balance_is_adjusted_once_an_id_and_the_statement_says_why(accounts: Accounts) -> None:
    by = ("--by", "ops", "--description")
    code, given = await accounts(
        "adjust", "acme", "5", "--adjustment-id", "a-1", "--kind", "goodwill", *by, "An outage"
    )
    _, taken = await accounts(
        "adjust", "acme", "-2.50", "--adjustment-id", "a-2", "--kind", "fee", *by, "Setup"
    )
    again, refused = await accounts(
        "adjust", "acme", "6", "--adjustment-id", "a-1", "--kind", "goodwill", *by, "x"
    )
    _, statement = await accounts("statement", "acme")

    assert (code, given["balance"], [lot["kind"] for lot in given["lots"]]) == (0, "5", ["goodwill"])
    assert taken["balance"] == "2.5"
    assert (again, refused["error"]) == (1, "conflict")
    assert {(one["kind"], one["amount"], one["description"]) for one in statement["entries"]} == {
        ("goodwill", "5", "An outage"),
        ("fee", "-2.5", "Setup"),
    }
    assert statement["closing"] == "2.5"


async def test_credit_is_asked_for_by_hand_and_the_request_is_shown(accounts: Accounts) -> None:
    code, asked = await accounts("add-credit", "acme", "25", "--requested-by", "kim")

    (request,) = asked["open_requests"]
    assert (code, request["reason"], request["amount"], request["attempt"]) == (0, "manual", "25", 1)
    assert asked["balance"] == "0"


async def test_a_user_is_forgotten_and_what_the_calls_cost_stays(house: House, accounts: Accounts) -> None:
    await house.charge(call("acme", user_id="u-7"), call("acme", user_id="u-8", duration_s=61))

    code, shown = await accounts("forget-user", "acme", "u-7")
    _, statement = await accounts("statement", "acme")
    again, _, complaint = await accounts.text("forget-user", "acme", "u-7")
    nobody, _, unknown = await accounts.text("forget-user", "nobody", "u-7")

    assert (code, shown["tenant_id"], shown["forgotten"]) == (0, "acme", 1)
    assert sorted((one["amount"], one["user_id"]) for one in statement["entries"]) == [
        ("-1", None),
        ("-2", "u-8"),
    ]
    assert (again, nobody) == (1, 1)
    assert "u-7" not in complaint
    assert "accounts open" in unknown
