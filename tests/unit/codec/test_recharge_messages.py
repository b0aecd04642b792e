"""Everything that is said about recharges, read by its contract as its readers will."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from schemas.catalogue import CONTRACTS
from tests.unit.domain.deciding import INSTALLATION, UNIT, armed, auto_recharge, call
from tests.unit.domain.living import Life
from tests.unit.domain.tenant_of_zone import decline, pay, tenant
from tests.unit.schemas.wire import validator
from worker.codec.messages import Encoder
from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.event import (
    AccountChanged,
    CreditRequested,
    RechargeCompleted,
    RechargeFailed,
    RechargePending,
    StatusSet,
)
from worker.domain.recharge_blocks import stop_asking

TOPICS = {name: f"t.{name}" for name in ("recharges", "account-states", "notices", "dead-letters")}


def asking() -> Life:
    life = Life(armed(5 * UNIT))
    life.take(call())
    return life


def acting() -> Life:
    life = asking()
    name = life.asked[0].recharge_id
    life.hear(RechargePending(name, "requires_action", life.now_s + 3600, "https://bank.example/approve"))
    life.hear(RechargePending(name, "requires_action", life.now_s + 3600, None))
    return life


def expiring() -> Life:
    life = asking()
    life.wait(900)
    life.wait(60)
    life.wait(25 * 3600)
    return life


def stopping() -> Life:
    life = asking()
    for _ in range(4):
        life.until_due() if not life.open else None
        decline(life)
    return life


def disputed() -> Life:
    life = asking()
    draft, account = Draft(life.known()), Account(life.row, None)
    stop_asking(account, draft, "dispute", {"reversal_id": "v-1"})
    life.said += draft.messages
    return life


def never() -> Life:
    life = asking()
    life.hear(RechargeFailed(life.asked[0].recharge_id, 1, "declined", "stolen", "", "never"))
    return life


def held(**given: Any) -> Life:  # noqa: ANN401 -- any column
    life = tenant("Europe/Berlin", "2026-03-20T12:00", **given)
    pay(life)
    return life


def cut_by_cap() -> Life:
    target = {"recharge_amount_micros": None, "recharge_target_micros": 30 * UNIT}
    life = held(cooldown_s=0, monthly_cap_micros=9_025_900_000, **target)
    life.take(call("c-2", duration_s=25 * 60, started_s=life.now_s))
    assert life.row.suppressed == "below_minimum"
    return life


def by_hand() -> Life:
    life = Life(armed(50 * UNIT))
    for number in range(6):
        life.hear(CreditRequested(f"q-{number}", 20 * UNIT, "USD", "Ada" if number else None))
    life.hear(StatusSet("closed", "left"))
    return life


def late() -> Life:
    life = asking()
    life.hear(StatusSet("suspended", "fraud"))
    life.hear(RechargeCompleted(life.asked[0].recharge_id, "p-9", 20 * UNIT, "USD", life.now_s))
    life.hear(RechargeCompleted("unknown", "p-10", 20 * UNIT, "USD", life.now_s))
    return life


def overtaken() -> Life:
    life = Life(armed(5 * UNIT, credit_limit_micros=50 * UNIT))
    life.hear(auto_recharge(trigger_micros=-20 * UNIT))
    life.hear(AccountChanged(None, 0, "USD", None, None))
    return life


@pytest.mark.parametrize(
    ("live", "said"),
    [
        pytest.param(acting, {"recharge.requested", "recharge.action_required"}, id="act"),
        pytest.param(expiring, {"recharge.requested", "recharge.expired"}, id="expire"),
        pytest.param(stopping, {"recharge.requested", "recharge.declined", "recharge.stopped"}, id="decline"),
        pytest.param(never, {"recharge.requested", "recharge.declined", "recharge.stopped"}, id="never"),
        pytest.param(disputed, {"recharge.requested", "recharge.stopped"}, id="dispute"),
        pytest.param(lambda: held(monthly_cap_micros=20 * UNIT), {"recharge.suppressed"}, id="the cap"),
        pytest.param(lambda: held(daily_count=1), {"recharge.suppressed"}, id="the day"),
        pytest.param(lambda: held(cooldown_s=60), {"recharge.suppressed"}, id="the cooldown"),
        pytest.param(cut_by_cap, {"recharge.suppressed"}, id="below the minimum"),
        pytest.param(by_hand, {"recharge.requested", "recharge.suppressed", "recharge.cancelled"}, id="hand"),
        pytest.param(late, {"recharge.cancelled", "recharge.flagged"}, id="late and unknown"),
        pytest.param(overtaken, {"recharge.invalid"}, id="invalid"),
    ],
)
def test_whatever_is_said_about_recharges_keeps_its_contract(
    live: Callable[[], Life], said: set[str]
) -> None:
    life = live()
    encoder = Encoder(TOPICS, INSTALLATION, 1000)

    found = []
    for message in life.said:
        topic, _, value = encoder.encode(message)
        document = json.loads(value)
        contract = CONTRACTS[document["type"]]
        contract.envelope.validate_json(value)
        validator(document["type"]).validate(document)
        assert (topic, contract.direction) == (f"t.{contract.topic}", "published")
        found.append(document)

    assert said <= {one["type"].removeprefix("talktime.").removesuffix(".v1") for one in found}
    sequences = [int(one["sequence"]) for one in found]
    assert sequences == sorted(set(sequences))
