"""Quotes: no server, no settings; one JSON document for each line that came in."""

import json
import sys
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from worker.adapters.quote_lines import LARGEST_LINE_BYTES, QuoteLine, read_quote_line
from worker.cli.rates_documents import Document, explained
from worker.cli.rates_file import complain, read_file, warn
from worker.domain.explanation import Explanation, explain_leg
from worker.domain.masking import mask_number
from worker.domain.micros import format_micros
from worker.domain.rejection import Reason, Rejection
from worker.domain.tariff import DeckVersion, VersionTerms, compile_version

if TYPE_CHECKING:
    from worker.domain.usage import Leg


def quote_file(usage: Path, deck_file: Path, terms: VersionTerms) -> bool:
    """Quote a file line by line; whether every line had a price."""
    read = read_file(deck_file, quiet=True)
    if isinstance(read, list):
        return complain(read, as_json=True)
    warn(read.warnings)
    version = compile_version(0, terms, read.rows)
    all_priced = True
    for document in quote(_usage_lines(usage), version):
        all_priced &= "error" not in document
        sys.stdout.write(json.dumps(document) + "\n")
    return all_priced


def quote(lines: Iterable[bytes], version: DeckVersion) -> Iterator[Document]:
    """Price each line, or say what is wrong with it."""
    for line in lines:
        asked = read_quote_line(line)
        if isinstance(asked, Rejection):
            yield refused(asked)
        elif asked.is_conference:
            yield _conference(asked, version)
        else:
            price = quote_leg(version, asked.legs[0])
            yield refused(price) if isinstance(price, Rejection) else explained(price)


def quote_leg(version: DeckVersion | None, leg: "Leg", path: str = "") -> Explanation | Rejection:
    """Price one call or leg; `path` leads to it in its document."""
    if version is None or leg.started_s < version.terms.effective_from_s:
        return Rejection(Reason.UNRATED, f"{path}started_at", "started before the deck comes into force")
    explanation = explain_leg(version, leg)
    if explanation is None:
        detail = f"no tariff for {leg.service} {leg.number_type} {mask_number(leg.number)}"
        return Rejection(Reason.UNRATED, f"{path}rated_number", detail)
    return explanation


def refused(rejection: Rejection) -> Document:
    """Say why there is no price: the reason's code, the field, and a sentence."""
    return {"error": rejection.reason.value, "field": rejection.field, "detail": rejection.detail}


def _conference(asked: QuoteLine, version: DeckVersion) -> Document:
    """Price a conference: each leg by itself, all or none; prefix and label only where all legs agree."""
    prices = []
    for place, leg in enumerate(asked.legs):
        price = quote_leg(version, leg, f"legs.{place}.")
        if isinstance(price, Rejection):
            return refused(price)
        prices.append(price)
    legs: list[Document] = [
        {"leg_id": leg.leg_id, **explained(price)} for leg, price in zip(asked.legs, prices, strict=True)
    ]
    return {
        "amount": format_micros(sum(price.price.amount_micros for price in prices)),
        "lines": [{"leg_id": leg["leg_id"], **line} for leg in legs for line in leg["lines"]],
        "prefix": _shared([price.prefix for price in prices]),
        "label": _shared([price.label for price in prices]),
        "legs": legs,
    }


def _shared(texts: Sequence[str]) -> str | None:
    return texts[0] if len(set(texts)) == 1 else None


def _usage_lines(usage: Path) -> Iterator[bytes]:
    """Read lines, never much more than the limit of one at a time."""
    with usage.open("rb") as source:
        if source.read(len(BOM_UTF8)) != BOM_UTF8:
            source.seek(0)
        while line := source.readline(LARGEST_LINE_BYTES + 2):
            piece = line
            while piece and not piece.endswith(b"\n"):
                piece = source.readline(LARGEST_LINE_BYTES)
            yield line.removesuffix(b"\n").removesuffix(b"\r")
