"""Rounding: from an exact price to the deck's unit, once a charge."""

from enum import StrEnum


class Rounding(StrEnum):
    """Which way a charge goes when it is no multiple of the deck's unit."""

    UP = "up"
    DOWN = "down"
    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


def round_to(dividend: int, divisor: int, rounding: Rounding) -> int:
    """Divide what is not negative, and round the quotient to a whole number."""
    quotient, rest = divmod(dividend, divisor)
    match rounding:
        case Rounding.UP:
            return quotient + (rest > 0)
        case Rounding.DOWN:
            return quotient
        case Rounding.HALF_UP:
            return quotient + (2 * rest >= divisor)
        case Rounding.HALF_EVEN:
            return quotient + (2 * rest > divisor or (2 * rest == divisor and quotient % 2 == 1))
