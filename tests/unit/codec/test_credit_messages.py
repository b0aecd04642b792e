"""Everything that is said about credit, read by its contract as its readers will."""

from typing import Any

import pytest

from tests.unit.codec.test_messages import checked, encoder
from tests.unit.domain.deciding import (
    DAY_S,
    NOW_S,
    UNIT,
    call,
    credit,
    decided,
    event,
    facts,
    funded,
    lot,
    row,
)
from tests.unit.domain.owned import known
from worker.domain.draft import Draft
from worker.domain.event import Adjusted, PaymentReinstated, PaymentReversed, StatusSet
from worker.domain.reversal import Reversal

SOON = NOW_S + 3 * DAY_S
BACK = PaymentReversed("p-1", "r-1", UNIT, "USD", "dispute", "not mine")
GIVEN = Adjusted("a-1", UNIT, "USD", "goodwill", "for the outage", "ops")
LOST = {(1, "r-1"): Reversal(1, "r-1", "p-1", 0, "dispute", UNIT, (1,), (UNIT,))}
STOPS = {"recharge_enabled": True, "trigger_micros": UNIT, "recharge_amount_micros": 20 * UNIT}
TWO_LEFT = funded(2 * UNIT, alert_levels=f"{2 * UNIT}", credit_limit_micros=UNIT)


def documents(draft: Draft) -> list[dict[str, Any]]:
    """Read what a decision says, each by its contract."""
    return [checked(*encoder().encode(message)[::2]) for message in draft.messages]


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        pytest.param(
            decided(
                facts(row(depleted=False, credit_limit_micros=UNIT)), event(credit(UNIT, expires_s=SOON))
            ),
            {"type": "credit.added", "reason": "purchase", "expires_at": "2026-03-05T10:12:00Z"},
            id="added, and it expires",
        ),
        pytest.param(
            decided(known(lot(1, UNIT)), event(GIVEN)),
            {"type": "credit.added", "reason": "adjustment", "adjustment_id": "a-1", "balance": "2"},
            id="given by hand",
        ),
        pytest.param(
            decided(known(lot(1, 9 * UNIT), **STOPS), event(BACK)),
            {"type": "credit.reversed", "reason": "dispute", "reversal_id": "r-1", "balance": "8"},
            id="reversed, which stops auto-recharge",
        ),
        pytest.param(
            decided(
                known(lot(1, 9 * UNIT, left_micros=UNIT), reversals=LOST), event(PaymentReinstated("r-1"))
            ),
            {"type": "credit.added", "reason": "reinstated", "payment_id": "p-1", "reversal_id": "r-1"},
            id="reinstated",
        ),
        pytest.param(
            decided(known(lot(1, UNIT, expires_s=SOON, payment_id=""))),
            {"type": "credit.expiring", "reason": "expires_soon", "days": 7, "amount": "1"},
            id="expiring",
        ),
        pytest.param(
            decided(known(lot(1, UNIT, expires_s=NOW_S), lot(2, UNIT))),
            {"type": "credit.expired", "reason": "expired", "expires_at": "2026-03-02T10:12:00Z"},
            id="expired",
        ),
        pytest.param(
            decided(known(lot(1, UNIT), lot(2, UNIT, kind="promotion")), event(StatusSet("closed", "left"))),
            {"type": "credit.expired", "reason": "account_closed", "amount": "1", "payment_id": "p-2"},
            id="closed away",
        ),
        pytest.param(
            decided(facts(TWO_LEFT), call()),
            {"type": "balance.low", "reason": "level_crossed", "level": "2", "credit_limit": "1"},
            id="low",
        ),
    ],
)
def test_what_is_said_of_credit_keeps_its_contract(draft: Draft, said: dict[str, object]) -> None:
    document = documents(draft)[0]

    told = {"type": document["type"].removeprefix("talktime.").removesuffix(".v1"), **document["data"]}
    assert said.items() <= told.items()


def test_everything_that_is_said_beside_it_keeps_its_contract_too() -> None:
    draft = decided(known(lot(1, 9 * UNIT), **STOPS), event(BACK))

    assert [one["type"] for one in documents(draft)] == [
        "talktime.credit.reversed.v1",
        "talktime.recharge.stopped.v1",
    ]
