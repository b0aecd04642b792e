from tests.unit.domain.deciding import DAY_S, NOW_S, funded, lot, row
from worker.domain.account import Account
from worker.domain.lot import Share

EXPIRES_S = NOW_S + DAY_S


def test_a_debit_that_the_current_lot_covers_needs_no_other() -> None:
    account = Account(funded(100, balance_micros=400, more_lots=True), None)

    assert account.debit_current_lot(100, NOW_S)

    assert (account.balance, account.left, account.debt, account.starved) == (300, 0, 0, False)


def test_a_lot_that_is_too_small_or_has_expired_does_not_pay_alone() -> None:
    account = Account(funded(100, lot_expires_s=EXPIRES_S), None)

    assert not account.debit_current_lot(101, NOW_S)
    assert not account.debit_current_lot(1, EXPIRES_S)

    assert (account.balance, account.left) == (100, 100)


def test_a_debit_beyond_the_only_lot_is_booked_in_full_as_debt() -> None:
    account = Account(funded(100), None)

    assert account.debit(130, NOW_S) == [Share(1, 100), Share(0, 30)]

    after = account.after()
    assert (after.balance_micros, after.debt_micros, after.lot_left_micros) == (-30, 30, 0)
    assert not account.starved


def test_a_debit_beyond_the_current_lot_asks_for_the_others() -> None:
    account = Account(funded(100, more_lots=True), None)

    account.debit(101, NOW_S)

    assert account.starved


def test_usage_from_after_the_expiry_leaves_the_lot_alone() -> None:
    account = Account(funded(100, lot_expires_s=EXPIRES_S), None)

    assert account.debit(10, EXPIRES_S) == [Share(0, 10)]

    assert (account.balance, account.left, account.debt) == (90, 100, 10)


def test_the_next_lot_becomes_the_current_one() -> None:
    stored = funded(100, balance_micros=400, more_lots=True)
    account = Account(stored, [lot(1, 900), lot(2, 300)])

    assert account.debit(150, NOW_S) == [Share(1, 100), Share(2, 50)]

    after = account.after()
    assert (after.lot_number, after.lot_left_micros, after.more_lots) == (2, 250, False)
    assert {one.number: one.left_micros for one in account.changed_lots()} == {1: 0, 2: 250}


def test_a_debt_is_paid_by_the_next_credit_first() -> None:
    account = Account(row(balance_micros=-30, debt_micros=30), [])

    account.credit(lot(1, 100))

    after = account.after()
    assert (after.balance_micros, after.debt_micros, after.lot_left_micros) == (70, 0, 70)
    (written,) = account.changed_lots()
    assert (written.amount_micros, written.left_micros) == (100, 70)


def test_a_credit_smaller_than_the_debt_leaves_no_lot_to_spend() -> None:
    account = Account(row(balance_micros=-130, debt_micros=130), [])

    account.credit(lot(1, 100))

    assert (account.balance, account.debt, account.left, account.lot_number) == (-30, 30, 0, 0)


def test_a_credit_that_expires_earlier_is_spent_before_the_current_lot() -> None:
    account = Account(funded(100), [lot(1, 100)])

    account.credit(lot(2, 50, expires_s=EXPIRES_S))

    after = account.after()
    assert (after.lot_number, after.lot_left_micros, after.lot_expires_s, after.more_lots) == (
        2, 50, EXPIRES_S, True,
    )  # fmt: skip


def test_a_call_that_costs_nothing_takes_nothing() -> None:
    account = Account(row(), None)

    account.debit(0, NOW_S)

    assert (account.balance, account.debt, account.starved) == (0, 0, False)
