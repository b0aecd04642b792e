from collections.abc import AsyncIterator

import pytest

from tests.integration.accounts_command import OPEN, Accounts, point_at
from tests.integration.cases.conftest import built
from tests.integration.cases.events import opened


@pytest.fixture
async def served(
    bootstrap_servers: str, postgres_dsn: str, template: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Accounts]:
    """The commands beside a worker at work, with the deck `standard` in USD."""
    async with built(bootstrap_servers, postgres_dsn, template) as house, house.working():
        point_at(house.settings, monkeypatch)
        # Commands wait two seconds for an effect; a worker that has just started joins its group first.
        await house.charge(opened("somebody"))
        yield Accounts()


async def test_an_account_is_opened_funded_and_set_up_from_the_command_line(served: Accounts) -> None:
    first = await served(*OPEN, "--name", "Acme Ltd", "--credit-limit", "5")
    funded = await served("add-credit", "acme", "12.50", "--already-paid", "p-1")
    paid_twice = await served("add-credit", "acme", "12.50", "--already-paid", "p-1")
    given = await served("add-credit", "acme", "0.000001", "--already-paid", "p-2", "--kind", "promotion")
    armed = await served("auto-recharge", "acme", "--trigger", "20", "--target", "50", "--daily-count", "3")
    off = await served("auto-recharge", "acme", "--off")
    changed = await served("change", "acme", "--timezone", "UTC", "--credit-limit", "7.5")
    suspended = await served("status", "acme", "suspended", "--reason", "unpaid")

    assert {code for code, _ in (first, funded, paid_twice, given, armed, off, changed, suspended)} == {0}
    assert (first[1]["name"], first[1]["credit_limit"], first[1]["balance"]) == ("Acme Ltd", "5", "0")
    assert first[1]["auto_recharge"]["state"] == "off"
    assert (funded[1]["balance"], paid_twice[1]["balance"]) == ("12.5", "12.5")
    assert (given[1]["balance"], [lot["kind"] for lot in given[1]["lots"]]) == (
        "12.500001",
        ["purchase", "promotion"],
    )
    recharge = armed[1]["auto_recharge"]
    assert (recharge["state"], recharge["trigger"], recharge["target"], recharge["daily_count"]) == (
        "waiting",
        "20",
        "50",
        3,
    )
    assert [(one["reason"], one["amount"], one["attempt"]) for one in armed[1]["open_requests"]] == [
        ("trigger", "37.5", 1)
    ]
    assert off[1]["auto_recharge"]["state"] == "off"
    assert (changed[1]["timezone"], changed[1]["credit_limit"]) == ("UTC", "7.5")
    assert (suspended[1]["status"], suspended[1]["open_requests"]) == ("suspended", [])


async def test_what_has_to_wait_for_a_person_says_so(served: Accounts) -> None:
    await served(*OPEN)
    await served("add-credit", "acme", "10", "--already-paid", "p-1")

    other_amount = await served("add-credit", "acme", "11", "--already-paid", "p-1")

    assert (other_amount[0], other_amount[1]["error"]) == (1, "conflict")
    assert "payment_id" in other_amount[1]["field"]


async def test_opening_again_does_nothing_and_a_deck_in_another_currency_is_refused(served: Accounts) -> None:
    await served(*OPEN)

    again = await served(*OPEN)
    code, _, complaint = await served.text("open", "globex", "--currency", "EUR", *OPEN[4:])

    assert (again[0], again[1]["tenant_id"]) == (0, "acme")
    assert code == 2
    assert "standard" in complaint
    assert "USD" in complaint


async def test_what_the_worker_refuses_for_good_is_told(
    served: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    await served(*OPEN)
    # This command believes in a larger limit than the worker does.
    monkeypatch.setenv("TALKTIME_RECHARGE_MAXIMUM_UNITS", "20000")

    code, refused = await served("add-credit", "acme", "10001")

    assert (code, refused["error"], refused["field"]) == (1, "policy_impossible", "data.amount")
    assert "1 to 10000" in refused["detail"]


async def test_a_sixth_request_by_hand_is_told_to_wait(served: Accounts) -> None:
    await served(*OPEN)
    asked = [await served("add-credit", "acme", "7") for _ in range(5)]

    sixth, told = await served("add-credit", "acme", "7")

    assert [code for code, _ in asked] == [0] * 5
    assert [len(account["open_requests"]) for _, account in asked] == [1, 2, 3, 4, 5]
    assert (sixth, told["error"]) == (1, "too_many_by_hand")
