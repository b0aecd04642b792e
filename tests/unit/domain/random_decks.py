"""Random decks and calls: small numbers, so that prefixes, windows and steps meet often."""

from itertools import pairwise
from typing import Final

from hypothesis import strategies as st

from worker.domain.tariff_row import DAY_MINUTES, EVERY_DAY, TariffRow, canonical_order
from worker.domain.usage import Leg

SERVICES: Final = ("outbound", "inbound", "dial_in", "dial_out")
NUMBER_TYPES: Final = ("toll", "toll_free", "short_code", "emergency")
ORIGINS: Final = ("DE", "US-payphone")

# The nights on which clocks change in Berlin and in New York, two hours before and the day after.
NIGHTS: Final = (1_774_738_800, 1_792_882_800, 1_772_946_000, 1_793_505_600)

prices = st.one_of(st.integers(0, 9).map(lambda cents: cents * 10_000), st.integers(0, 10**7))
fees = st.sampled_from((0, 0, 50_000, 333_333))
durations = st.one_of(st.integers(0, 400), st.integers(0, 9_000))
seconds = st.sampled_from((1, 6, 7, 30, 60, 61, 180, 3_600))
starts = st.one_of(
    st.integers(1_760_000_000, 1_800_000_000),
    st.sampled_from(NIGHTS).flatmap(lambda night: st.integers(night, night + 5 * 3_600)),
)

Window = tuple[int, int, int]


@st.composite
def windows(draw: st.DrawFn) -> list[Window]:
    """Cut the week completely: groups of days, each cut at the same times of day."""
    groups = draw(st.lists(st.integers(0, 2), min_size=7, max_size=7))
    if draw(st.booleans()) and draw(st.booleans()):
        # Every day alike, from any time to the same time of the next day.
        cuts = sorted(draw(st.sets(st.integers(0, DAY_MINUTES - 1), min_size=2, max_size=4)))
        return [(EVERY_DAY, *pair) for pair in pairwise([*cuts, cuts[0]])]
    found = []
    for group in set(groups):
        weekdays = sum(1 << day for day in range(7) if groups[day] == group)
        cuts = sorted(draw(st.sets(st.integers(1, 24 * 12 - 1), max_size=3)))
        edges = [0, *(cut * 5 for cut in cuts), DAY_MINUTES]
        found += [(weekdays, *pair) for pair in pairwise(edges)]
    return found


@st.composite
def tariffs(draw: st.DrawFn) -> list[TariffRow]:
    """Make the rows of one tariff: any windows, in each of them steps from second 0 on."""
    service = draw(st.sampled_from(("", "", *SERVICES)))
    number_type = draw(st.sampled_from(("", "", *NUMBER_TYPES)))
    origin = draw(st.sampled_from(("", "", *ORIGINS)))
    prefix = draw(st.text("123", max_size=3))
    layout = draw(st.one_of(st.just([(EVERY_DAY, 0, DAY_MINUTES)]), windows()))
    rows = []
    for weekdays, from_minute, to_minute in layout:
        steps = draw(st.sets(st.integers(1, 600), max_size=2)) if draw(st.booleans()) else set()
        rows += [
            TariffRow(
                service,
                number_type,
                origin,
                prefix,
                "",
                draw(fees),
                from_s,
                draw(prices),
                draw(st.one_of(st.just(0), seconds)),
                draw(seconds),
                weekdays,
                from_minute,
                to_minute,
                draw(st.sampled_from((0, 0, 6))),
                draw(st.sampled_from((None, None, 1_000_000))),
            )
            for from_s in (0, *steps)
        ]
    return rows


@st.composite
def decks(draw: st.DrawFn) -> list[TariffRow]:
    """Make a deck in canonical order; no two tariffs have the same key."""
    made = draw(st.lists(tariffs(), min_size=1, max_size=6, unique_by=lambda rows: rows[0].tariff_key))
    return sorted((row for rows in made for row in rows), key=canonical_order)


legs = st.builds(
    Leg,
    service=st.sampled_from(SERVICES),
    number=st.builds(
        lambda clear, masked: clear + "*" * masked, st.text("123", min_size=1, max_size=6), st.integers(0, 3)
    ),
    number_type=st.sampled_from(("toll", *NUMBER_TYPES)),
    origin=st.sampled_from(("", *ORIGINS, "FR")),
    started_s=starts,
    duration_s=durations,
    allowance=st.just(""),
    leg_id=st.just(""),
)


@st.composite
def decks_and_legs(draw: st.DrawFn) -> tuple[list[TariffRow], Leg]:
    """Make a deck and a call that, mostly, one of its tariffs prices."""
    rows = draw(decks())
    leg = draw(legs)
    if draw(st.integers(0, 4)):
        row = draw(st.sampled_from(rows))
        leg = leg._replace(
            service=row.service or leg.service,
            number_type=row.number_type or leg.number_type,
            origin=row.origin or leg.origin,
            number=row.prefix + leg.number,
        )
    return rows, leg


timezones = st.sampled_from(
    ("Europe/Berlin", "America/New_York", "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Etc/GMT-14")
)
