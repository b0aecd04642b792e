from tests.unit.domain.deciding import NOW_S, UNIT, call, credit, event, funded, lot, row
from tests.unit.domain.revising import Ledger
from tests.unit.domain.stating import stated
from worker.codec.statements import entry_document
from worker.domain.event import Adjusted, PaymentReinstated, PaymentReversed
from worker.domain.lot import NEVER_S


def test_a_payment_that_only_lowered_a_debt_is_named_all_the_same() -> None:
    ledger = Ledger(row())
    ledger.decide(call(duration_s=600))
    ledger.decide(event(credit(5 * UNIT, "p-1")))

    _, entry = map(entry_document, stated(ledger))

    assert (entry["kind"], entry["payment_id"], entry["balance_after"]) == ("purchase", "p-1", "-5")
    assert entry["lots"] == []


def test_money_that_goes_back_and_comes_again_names_its_payment_and_its_reversal() -> None:
    ledger = Ledger(row())
    ledger.decide(event(credit(5 * UNIT, "p-1"), "e-1"))
    ledger.given = {"lots": {1: tuple(ledger.lots.values())}}
    reversed_ = PaymentReversed("p-1", "r-1", 5 * UNIT, "USD", "dispute", "unknown to the holder")
    ledger.decide(event(reversed_, "e-2"), event(PaymentReinstated("r-1"), "e-3"))

    told = [entry_document(entry) for entry in stated(ledger)]

    assert [(one["kind"], one["amount"], one["payment_id"], one["reversal_id"]) for one in told] == [
        ("purchase", "5", "p-1", None),
        ("payment.reversed", "-5", "p-1", "r-1"),
        ("payment.reinstated", "5", "p-1", "r-1"),
    ]
    assert all(one["usage"] is None and one["lines"] == [] for one in told)


def test_an_adjustment_says_what_for_and_under_which_id() -> None:
    ledger = Ledger(funded(9 * UNIT), lot(1, 9 * UNIT))
    ledger.decide(event(Adjusted("a-1", -2 * UNIT, "USD", "fee", "Setup", "ops"), "e-1"))

    (entry,) = map(entry_document, stated(ledger))

    assert (entry["kind"], entry["amount"], entry["description"]) == ("fee", "-2", "Setup")
    assert (entry["adjustment_id"], entry["reversal_id"], entry["payment_id"]) == ("a-1", None, None)


def test_credit_that_expired_names_the_lot_that_it_came_from() -> None:
    expired = lot(1, 9 * UNIT, expires_s=NOW_S - 60)
    account = funded(9 * UNIT, lot_expires_s=NOW_S - 60, lots_due_s=NOW_S - 60)
    assert expired.expires_s < NEVER_S
    ledger = Ledger(account, expired)
    ledger.decide()

    (entry,) = map(entry_document, stated(ledger))

    assert (entry["kind"], entry["amount"], entry["balance_after"]) == ("credit.expired", "-9", "0")
    assert [one["payment_id"] for one in entry["lots"]] == ["p-1"]
