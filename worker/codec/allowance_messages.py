"""Messages about bundles: how they stand, and what people are told of them."""

from typing import Any

from worker.codec.times import rfc3339
from worker.domain.allowance_plan import Terms
from worker.domain.allowance_state import Standing
from worker.domain.message import AllowanceNotice


def allowance_state(standing: Standing) -> dict[str, Any]:
    """Write whether a bundle still pays, and for what."""
    state: dict[str, Any] = {"allowance": standing.terms.name, "exhausted": standing.exhausted}
    if standing.renews_s is not None:
        state["renews_at"] = rfc3339(standing.renews_s)
    return state | {"applies_to": applies_to(standing.terms)}


def applies_to(terms: Terms) -> dict[str, list[str]]:
    """Write the lists that restrict; the types of number always do."""
    lists = {
        "services": terms.services,
        "number_types": terms.number_types,
        "prefixes": terms.prefixes,
        "except_prefixes": terms.except_prefixes,
        "origins": terms.origins,
    }
    return {name: list(names) for name, names in lists.items() if names}


def allowance_notice(body: AllowanceNotice) -> dict[str, Any]:
    """Write what people are told of a bundle; no money moves with it."""
    data: dict[str, Any] = {
        "reason": body.reason,
        "allowance": body.allowance,
        "minutes": body.minutes,
        "used_s": body.used_s,
        "month": f"{body.month // 100:04}-{body.month % 100:02}",
    }
    if body.renews_s is not None:
        data["renews_at"] = rfc3339(body.renews_s)
    return data
