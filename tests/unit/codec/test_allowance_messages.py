from typing import Any

import pytest

from tests.unit.codec.test_messages import checked, encoder
from tests.unit.domain.bundling import MARCH, allowance_set, bundled, terms
from tests.unit.domain.deciding import call, decided
from worker.domain.allowance import Use
from worker.domain.draft import Draft

USED_UP = bundled(terms(), uses=[Use(1, MARCH, 600, 100)], allowances_said="1@202501!")


def documents(draft: Draft) -> list[dict[str, Any]]:
    """Read what a decision says, each by its contract."""
    return [checked(*encoder().encode(message)[::2]) for message in draft.messages]


@pytest.mark.parametrize(
    ("draft", "said"),
    [
        pytest.param(decided(bundled(), allowance_set()), ["account.state"], id="set"),
        pytest.param(
            decided(bundled(terms(), allowances_said="1@202501"), call(duration_s=480)),
            ["allowance.used"],
            id="mostly used",
        ),
        pytest.param(
            decided(bundled(terms(), allowances_said="1@202501"), call(duration_s=600)),
            ["allowance.used", "account.state"],
            id="used up",
        ),
        pytest.param(
            decided(USED_UP, allowance_set(minutes=20)), ["allowance.renewed", "account.state"], id="resized"
        ),
    ],
)
def test_what_is_said_of_bundles_keeps_its_contract(draft: Draft, said: list[str]) -> None:
    assert [one["type"] for one in documents(draft)] == [f"talktime.{name}.v1" for name in said]


def test_a_state_says_of_each_bundle_whether_it_pays_when_it_does_again_and_for_what() -> None:
    wide = terms(2, minutes=20, name="b2", number_types=("toll", "toll_free"))
    narrow = terms(
        3, name="b3", services=("outbound",), prefixes=("49",), except_prefixes=("4930",), origins=("TR",)
    )
    known = bundled(terms(), wide, narrow, timezone="Europe/Berlin", allowances_said="1@202501")

    *_, state = documents(decided(known, call(duration_s=600, allowance="b1")))

    renews_at = "2026-03-31T22:00:00Z"
    assert state["data"]["allowances"] == [
        {
            "allowance": "b1",
            "exhausted": True,
            "renews_at": renews_at,
            "applies_to": {"number_types": ["toll"]},
        },
        {
            "allowance": "b2",
            "exhausted": False,
            "renews_at": renews_at,
            "applies_to": {"number_types": ["toll", "toll_free"]},
        },
        {
            "allowance": "b3",
            "exhausted": False,
            "renews_at": renews_at,
            "applies_to": {
                "services": ["outbound"],
                "number_types": ["toll"],
                "prefixes": ["49"],
                "except_prefixes": ["4930"],
                "origins": ["TR"],
            },
        },
    ]


def test_a_bundle_that_ends_with_the_month_does_not_renew() -> None:
    known = bundled(terms(), terms(minutes=0, from_month=202604), allowances_said="1@202501")

    notice, state = documents(decided(known, call(duration_s=600)))

    assert "renews_at" not in state["data"]["allowances"][0]
    # A notice always names the end of the month.
    assert notice["data"]["renews_at"] == "2026-04-01T00:00:00Z"


def test_a_notice_names_the_month_as_people_write_it() -> None:
    notice = documents(decided(bundled(terms(), allowances_said="1@202501"), call(duration_s=480)))[0]

    assert notice["data"] == {
        "tenant_id": "acme",
        "reason": "mostly_used",
        "allowance": "b1",
        "minutes": 10,
        "used_s": 480,
        "month": "2026-03",
        "renews_at": "2026-04-01T00:00:00Z",
    }
