from tests.unit.domain.deciding import DAY_S, NOW_S, call, event, facts
from worker.domain.event import CreditAdded, Event, UsageCorrected, UsageReference, UsageVoided
from worker.transactions.gather_allowances import earliest_s

OLD_S = NOW_S - 400 * DAY_S
KNOWN = facts()


def revision(body: UsageVoided | UsageCorrected) -> Event:
    plain = event(CreditAdded("p", 1, "USD", "purchase", NOW_S, None))
    return Event(plain.identity, NOW_S, body)


def test_the_present_month_is_read_whatever_comes() -> None:
    assert earliest_s([], KNOWN) == NOW_S
    assert earliest_s([call(started_s=NOW_S + 100)], KNOWN) == NOW_S


def test_older_usage_has_its_own_month_read() -> None:
    assert earliest_s([call(started_s=NOW_S), call("c-2", started_s=OLD_S)], KNOWN) == OLD_S


def test_what_revisions_name_and_correct_has_its_month_read() -> None:
    now, old = UsageReference(1, "k", NOW_S), UsageReference(1, "k", OLD_S)

    assert earliest_s([revision(UsageVoided(old, "r"))], KNOWN) == OLD_S
    assert earliest_s([revision(UsageCorrected(now, call(started_s=OLD_S)))], KNOWN) == OLD_S
