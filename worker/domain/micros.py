"""Money: decimal text on the outside, integers of micros inside."""

import re
from typing import Final

MICROS_PER_UNIT: Final = 1_000_000

# ISO 4217, with the digits of each currency's minor unit; funds codes and metals are left out.
_THREE_DIGITS: Final = "BHD IQD JOD KWD LYD OMR TND"
_NO_DIGITS: Final = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_TWO_DIGITS: Final = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
    " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ"
    " GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL"
    " MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR"
    " PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT"
    " TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)

CURRENCIES: Final[dict[str, int]] = {
    **dict.fromkeys(_THREE_DIGITS.split(), 3),
    **dict.fromkeys(_TWO_DIGITS.split(), 2),
    **dict.fromkeys(_NO_DIGITS.split(), 0),
}

_DECIMAL: Final = re.compile(r"(-?)([0-9]{1,15})(?:\.([0-9]{1,6}))?", re.ASCII)


def parse_micros(text: str) -> int:
    """Read a decimal string exactly; `ValueError` for anything else, exponents and signs included."""
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ValueError("a decimal number with at most 6 decimals is needed")
    sign, units, decimals = found.groups()
    micros = int(units) * MICROS_PER_UNIT + int((decimals or "").ljust(6, "0"))
    return -micros if sign else micros


def format_micros(micros: int) -> str:
    """Write micros as the shortest decimal string that means the same."""
    units, rest = divmod(abs(micros), MICROS_PER_UNIT)
    sign = "-" if micros < 0 else ""
    if not rest:
        return f"{sign}{units}"
    return f"{sign}{units}." + f"{rest:06}".rstrip("0")


def minor_unit_micros(currency: str) -> int:
    """Give the micros of one minor unit (a cent, a yen, a fils); `KeyError` for an unknown code."""
    return int(MICROS_PER_UNIT // 10 ** CURRENCIES[currency])
