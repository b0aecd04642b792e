from datetime import date

from worker.domain.entry import FEE, PART_ALLOWANCE, PART_SHARE, PURCHASE, USAGE_CALL, USAGE_CONFERENCE
from worker.domain.reckoning import (
    Audited,
    AuditedLot,
    EntrySum,
    PartSum,
    Reckoning,
    kept_whole_from_s,
)

ACME = Audited(1, "acme", "USD", "America/New_York", "", 5, 2, 3, 4)
# 1 March 2026, 04:00 UTC: still February in New York.
LEAP = 1_772_337_600


def reckoning(*sums: EntrySum | PartSum, account: Audited = ACME) -> Reckoning:
    found = Reckoning({account.account_id: account})
    for one in sums:
        if isinstance(one, EntrySum):
            found.take_entries(one)
        else:
            found.take_parts(one)
    return found


def entries(kind: int, amount: int, lot: int = 0, **given: int) -> EntrySum:
    plain = EntrySum(1, kind, lot, 0, 0, amount, 0, 1)
    return plain._replace(**given)


def test_an_entry_of_several_lots_counts_for_each_of_them_and_no_debt() -> None:
    found = reckoning(
        entries(PURCHASE, 10, 3),
        entries(USAGE_CALL, -8),
        PartSum(1, PART_SHARE, 3, 0, 0, -6, 0),
        PartSum(1, PART_SHARE, 0, 0, 0, -2, 0),
    )

    assert list(found.wrong_lots([AuditedLot(1, 3, 0, 10, 0, 0)], 0, ())) == []
    assert [one.tenant_id for one in found.unbalanced()] == ["acme"]


def test_a_lot_that_holds_something_else_is_named_and_so_is_one_that_is_not_there() -> None:
    found = reckoning(entries(PURCHASE, 9, 3), entries(PURCHASE, 1, 8), entries(USAGE_CALL, -2))

    wrong = list(found.wrong_lots([AuditedLot(1, 3, 0, 10, 0, 0), AuditedLot(1, 2, 7, 7, 0, 0)], 0, ()))

    assert [one.split(",")[0] for one in wrong] == [
        "acme: lot 3 holds 0.000004",
        "acme: lot 2 holds 0.000007",
        "acme: entries name lot 8",
    ]


def test_of_lots_from_before_the_days_that_are_kept_nothing_is_said() -> None:
    kept_s = kept_whole_from_s(date(2026, 1, 1), 62)
    lots = [AuditedLot(1, 2, 7, 7, 0, kept_s - 1)]

    assert list(reckoning(entries(USAGE_CALL, -9)).wrong_lots(lots, kept_s, ())) == []
    assert len(list(reckoning().wrong_lots([lots[0]._replace(paid_s=kept_s)], kept_s, ()))) == 1
    assert kept_whole_from_s(None, 62) == 0


def test_of_doubtful_accounts_nothing_is_said() -> None:
    lots = [AuditedLot(1, 2, 7, 7, 0, 0)]

    assert list(reckoning(entries(USAGE_CALL, -9)).wrong_lots(lots, 0, {1})) != []
    assert list(reckoning(entries(USAGE_CALL, -9)).wrong_lots([], 0, {1})) == []


def test_seconds_count_in_the_tenants_month_of_the_call() -> None:
    paid = entries(USAGE_CALL, 0, allowance_number=2, moment_s=LEAP, bundle_s=60)
    line = PartSum(1, PART_ALLOWANCE, 0, 2, LEAP + 3600, 0, 30)
    found = reckoning(paid, line)

    assert list(found.wrong_uses({(1, 2, 202602): 60, (1, 2, 202603): 30}, None)) == []
    assert list(found.wrong_uses({(1, 2, 202602): 60}, None)) == [
        "acme: bundle 2 has used 0 s in 202603, entries make 30 s"
    ]
    assert list(found.wrong_uses({}, date(2026, 2, 1))) == []
    assert len(list(found.wrong_uses({}, date(2026, 1, 31)))) == 1


def test_all_books_make_nothing_and_a_kind_without_a_book_is_named() -> None:
    found = reckoning(entries(PURCHASE, 9), entries(USAGE_CONFERENCE, -3), entries(FEE, -1))

    assert found.books == {("USD", "payments received"): -9, ("USD", "usage revenue"): 3, ("USD", "fees"): 1}
    assert list(found.uneven_books(())) == []
    assert list(found.uneven_books([ACME._replace(balance_micros=6)])) == ["USD: all books make 0.000001"]
    found.take_kind(1, 99, 1, 5)
    assert "entries of kind 99 stand in no book" in list(found.uneven_books(()))


def test_forwarded_usage_is_counted_like_any_other() -> None:
    found = reckoning(entries(USAGE_CALL, -1, entries=4))
    found.take_kind(1, USAGE_CONFERENCE, 3, -2)
    found.take_kind(1, FEE, 5, -2)

    assert (found.usages, found.entries, found.booked[1]) == (7, 12, -5)
