import json
from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from worker.simulators.payment_kinds import SCRIPTS, Kind
from worker.simulators.payment_manner import USUAL_MIX, Manner, delay_s, kind_of

IDS = [str(UUID(int=number)) for number in range(4_000)]

mixes = st.dictionaries(st.sampled_from(Kind), st.floats(0.5, 100), min_size=1)


@given(mix=mixes, seed=st.integers(0, 1000))
def test_every_kind_comes_as_often_as_its_weight(mix: dict[Kind, float], seed: int) -> None:
    drawn = Counter(kind_of(one, 1, Manner(mix=mix, seed=seed)) for one in IDS[:1000])

    for kind in Kind:
        share = mix.get(kind, 0) / sum(mix.values())
        # Five standard deviations: a million draws of a mix would not be this far off by chance.
        assert abs(drawn[kind] - 1000 * share) <= 5 * (1000 * share * (1 - share)) ** 0.5 + 1e-6


def test_a_kind_without_weight_never_comes() -> None:
    mix = {Kind.NEVER: 0.0, Kind.COMPLETED: 1.0, Kind.DECLINED: 0.0}

    assert {kind_of(one, 1, Manner(mix=mix)) for one in IDS} == {Kind.COMPLETED}


def test_the_usual_mix_pays_most_declines_some_and_leaves_some_unanswered() -> None:
    drawn = Counter(kind_of(one, 1, Manner()) for one in IDS)

    assert drawn[Kind.COMPLETED] > 3 * len(IDS) / 4
    assert 0.05 * len(IDS) < drawn[Kind.DECLINED] < 0.15 * len(IDS)
    assert 0.02 * len(IDS) < drawn[Kind.NEVER] < 0.1 * len(IDS)
    assert drawn.keys() == USUAL_MIX.keys()


@given(mix=mixes, attempt=st.integers(1, 5), number=st.integers(0, 2**64))
def test_an_attempt_is_drawn_anew_only_after_unavailable(
    mix: dict[Kind, float], attempt: int, number: int
) -> None:
    manner, recharge_id = Manner(mix=mix), str(UUID(int=number))
    first, later = kind_of(recharge_id, attempt, manner), kind_of(recharge_id, attempt + 1, manner)

    assert first is Kind.UNAVAILABLE or later is first


def test_a_bank_that_was_away_pays_later() -> None:
    manner = Manner(mix={Kind.UNAVAILABLE: 1, Kind.COMPLETED: 1})

    assert {kind_of(one, 30, manner) for one in IDS[:100]} == {Kind.COMPLETED}


def test_another_seed_draws_otherwise() -> None:
    assert [kind_of(one, 1, Manner(seed=1)) for one in IDS] != [
        kind_of(one, 1, Manner(seed=2)) for one in IDS
    ]


def test_delays_spread_up_to_the_longest() -> None:
    delays = [delay_s(one, 1, Manner(longest_delay_s=2.5)) for one in IDS]

    assert 0 <= min(delays) < 0.1
    assert 2.4 < max(delays) <= 2.5
    assert 1.1 < sum(delays) / len(delays) < 1.4


def test_every_kind_has_its_script() -> None:
    assert json.dumps(sorted(SCRIPTS)) == json.dumps(sorted(Kind))
