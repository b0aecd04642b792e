"""Prices, second by second: the published price list of the histories, applied as a clerk would by hand."""

from fractions import Fraction
from typing import NamedTuple


class Price(NamedTuple):
    """A destination: fee in micros, initial interval, steps of (from second, micros a minute, increment)."""

    fee: int
    initial_s: int
    steps: list[tuple[int, int, int]]


PRICES = {
    "49": Price(0, 60, [(0, 1_000_000, 60)]),
    "33": Price(50_000, 1, [(0, 300_000, 1), (60, 100_001, 30)]),
    "44": Price(10_000, 30, [(0, 70_003, 6)]),
}


def billable(number: str, duration_s: int) -> list[int]:
    """List the price a minute of every billable second of a call."""
    price = PRICES[number[:2]]
    seconds: list[int] = []
    while len(seconds) < duration_s:
        _, a_minute, increment = [step for step in price.steps if step[0] <= len(seconds)][-1]
        seconds += [a_minute] * (increment if seconds else price.initial_s)
    return seconds


def amount(number: str, seconds: list[int], covered: int) -> int:
    """Price the seconds that no bundle covers, rounded up once; the fee belongs to the first second."""
    if not seconds:
        return 0
    fee = 0 if covered else PRICES[number[:2]].fee
    exact = fee + sum((Fraction(a_minute, 60) for a_minute in seconds[covered:]), Fraction())
    return -(-exact.numerator // exact.denominator)
