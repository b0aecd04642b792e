from hypothesis import given
from hypothesis import strategies as st

from tests.unit.domain.deciding import DAY_S, NOW_S, UNIT, call, conference
from tests.unit.domain.repricing import charged, decks
from worker.domain.chain import ChainKey, live_charge
from worker.domain.entry import (
    NUMBER_TYPES,
    SERVICES,
    day_of,
)
from worker.domain.stored_usage import usage_of
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

digits = st.text("0123456789", min_size=1, max_size=15)


numbers = st.one_of(digits, st.builds(lambda clear, masked: clear + "*" * masked, digits, st.integers(0, 4)))


legs = st.builds(
    Leg,
    service=st.sampled_from(SERVICES[1:]),
    number=numbers.filter(lambda number: len(number) <= 15),
    number_type=st.sampled_from(NUMBER_TYPES[1:]),
    origin=st.sampled_from(["", "TR", "US-payphone"]),
    started_s=st.integers(NOW_S - DAY_S, NOW_S),
    duration_s=st.integers(0, DAY_S),
    allowance=st.sampled_from(["", "none", "national"]),
    leg_id=st.just(""),
)


@given(st.lists(legs, min_size=1, max_size=4), st.booleans())
def test_a_charge_tells_all_that_priced_it(parts: list[Leg], is_call: bool) -> None:
    one = parts[0]
    used = call(**one._asdict()) if is_call else conference(*parts)
    books = charged()
    free = [TariffRow("", kind, "", "", "", 0, 0, UNIT) for kind in sorted(NUMBER_TYPES[1:])]
    books.given = {"decks": decks(*free, from_s=0)}

    books.decide(used)

    key = ChainKey(day_of(used.started_s), used.source_number, 1, used.key)
    charge = live_charge(books.chains()[key])
    assert charge is not None
    assert usage_of(charge, key, "acme") == used._replace(user_id="", call_id="")
