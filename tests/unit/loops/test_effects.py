"""What a decision says and asks, as counters."""

from tests.unit.domain.deciding import armed, facts, request
from worker.domain.account import Account
from worker.domain.draft import Draft
from worker.domain.message import Notice, RechargeRequested
from worker.loops.effects import count_draft
from worker.metrics.catalogue import REGISTRY


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"{name}_total", labels) or 0.0


def said(*bodies: RechargeRequested | Notice) -> Draft:
    row = armed(5)
    draft = Draft(facts(row))
    account = Account(row, ())
    for body in bodies:
        draft.say(account, body)
    return draft


def test_a_request_is_counted_once_and_its_later_attempts_apart() -> None:
    requested = counted("talktime_recharges_requested", reason="trigger")
    repeated = counted("talktime_recharges_repeated")

    count_draft(said(*(RechargeRequested(request("r-1", attempt=number), 0) for number in (1, 2, 3))))

    assert counted("talktime_recharges_requested", reason="trigger") == requested + 1
    assert counted("talktime_recharges_repeated") == repeated + 2


def test_a_notice_that_nothing_is_asked_for_is_counted_by_its_reason() -> None:
    before = counted("talktime_recharges_suppressed", reason="monthly_cap")
    other = counted("talktime_recharges_suppressed", reason="daily_count")

    count_draft(said(Notice("recharge.suppressed", "monthly_cap"), Notice("recharge.expired", "no_answer")))

    assert counted("talktime_recharges_suppressed", reason="monthly_cap") == before + 1
    assert counted("talktime_recharges_suppressed", reason="daily_count") == other
