from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulation.books import Books
from tests.simulation.model import Model
from tests.unit.domain.deciding import (
    INSTALLATION,
    NOW_S,
    UNIT,
    auto_recharge,
    call,
    conference,
    credit,
    event,
    leg,
)
from worker.domain.decide import Decoded
from worker.domain.event import AccountOpened, RechargeCompleted, RechargeFailed, StatusSet
from worker.domain.recharge import recharge_id
from worker.domain.rejection import Rejection

OPENED = AccountOpened("USD", "UTC", "standard", "", 0)
REQUESTS = 60
IDS = {tenant: [recharge_id(INSTALLATION, tenant, cycle) for cycle in range(1, REQUESTS)] for tenant in "ab"}

SLOW = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])

tenants = st.sampled_from("ab")
few = st.integers(1, 4)
numbers = st.sampled_from(["4930123456", "4930123456", "4930123456", "33123456789"])
# Time stands still here: what expires is kept by hand beside the integration tests' histories.
expiries = st.sampled_from([None, NOW_S + 10_000, NOW_S + 20_000])


def cut(records: Sequence[Decoded], sizes: Sequence[int]) -> list[Sequence[Decoded]]:
    """Cut records into batches, the last one as large as what is left."""
    batches, start = [], 0
    for size in sizes:
        batches.append(records[start : start + size])
        start += size
    return [batch for batch in (*batches, records[start:]) if batch]


@st.composite
def anything(draw: st.DrawFn, tenant: str | None = None, *, twisted: bool = True) -> Decoded:
    """Any event of few ids; `twisted`: one id may come with several contents."""
    owner = tenant or draw(tenants)
    number = draw(few)
    size = draw(few) if twisted else number
    if draw(st.booleans()):
        return draw(usage_of(owner, number, size, twisted=twisted))
    return draw(money_of(owner, number, size, twisted=twisted))


@st.composite
def usage_of(draw: st.DrawFn, owner: str, number: int, size: int, *, twisted: bool) -> Decoded:
    if draw(few) == 1:
        two = (leg(duration_s=60 * size), leg(duration_s=90, number=draw(numbers) if twisted else "4930"))
        return conference(*two, event_id=f"m-{number}", tenant=owner)
    number += 4 * draw(few)
    lasted = 60 * (size if twisted else number)
    called = draw(numbers) if twisted else "4930123456"
    started_s = NOW_S - 3600 * (size if twisted else 1)
    return call(f"u-{number}", owner, duration_s=lasted, number=called, started_s=started_s)


@st.composite
def money_of(draw: st.DrawFn, owner: str, number: int, size: int, *, twisted: bool) -> Decoded:
    asked, other = IDS[owner][number - 1], draw(few) if twisted else number
    match draw(st.integers(0, 6)):
        case 0:
            status = draw(st.sampled_from(["active", "suspended", "closed"]))
            made = event(StatusSet(status, "r"), f"s-{number}-{status}", owner)
        case 1 | 2:
            wanted = auto_recharge(trigger_micros=size * 3 * UNIT, max_units=number, enabled=size < 4)
            made = event(wanted, f"r-{draw(st.integers(1, 9))}-{size}-{number}", owner)
        case 3 | 4:
            paid = credit(size * 5 * UNIT, f"p-{number}", expires_s=draw(expiries) if twisted else None)
            made = event(paid, f"c-{other}", owner)
        case 5:
            done = RechargeCompleted(asked, f"p-{other}", size * 5 * UNIT, "USD", NOW_S)
            made = event(done, f"d-{draw(few) if twisted else number}", owner)
        case _:
            failed = RechargeFailed(asked, 1, "declined", "c", "m", None)
            made = event(failed, f"f-{number}", owner)
    return made


@SLOW
@given(records=st.lists(anything("a"), max_size=40), sizes=st.lists(st.integers(1, 9), max_size=20))
def test_batches_decide_what_an_accountant_would(records: list[Decoded], sizes: list[int]) -> None:
    books, model = Books(), Model()
    books.decide([event(OPENED, "o-1", "a")])

    for batch in cut(records, sizes):
        outcomes = books.decide(batch)
        verdicts = [one.reason if isinstance(one, Rejection) else one for one in outcomes]
        assert verdicts == model.take(batch, IDS["a"])
        account = books.accounts["a"]
        assert (account.balance_micros, account.open_recharge_id) == (model.balance, model.open_request)


@SLOW
@given(
    records=st.lists(
        st.one_of(anything(twisted=False), st.builds(lambda one: event(OPENED, "o-1", one), tenants)),
        max_size=40,
    ),
    sizes=st.lists(st.integers(1, 9), max_size=20),
)
def test_wherever_batches_are_cut_the_money_is_the_same(records: list[Decoded], sizes: list[int]) -> None:
    opened = [event(OPENED, "o-2", tenant) for tenant in "ab"]
    alone, together = Books(), Books()

    for batch in (*cut(records, sizes), opened):
        alone.decide(batch)
    together.decide([*records, *opened])
    for books in (alone, together):
        books.release()
        # All of it again: nothing has an effect twice.
        books.decide(records)

    for tenant in "ab":
        assert effects(alone, tenant) == effects(together, tenant)


def effects(books: Books, tenant: str) -> tuple[object, ...]:
    """What must not depend on how batches were cut; numbers of accounts may."""
    account = books.accounts[tenant]
    number = account.account_id
    usage = sorted((key, found) for (_, one, key), found in books.usage.items() if one == number)
    payments = sorted((key, micros) for (one, key), micros in books.payments.items() if one == number)
    return account.balance_micros, account.depleted, usage, payments
