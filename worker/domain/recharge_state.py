"""The state of auto-recharge as it is shown: the first that holds."""

from typing import Final

# What stands in the account when something holds auto-recharge back, and how that is called.
BLOCKS: Final = {"declined": "declined", "unavailable": "declined"}


def recharge_state(*, enabled: bool, waiting: bool, block: str) -> str:
    """Name what auto-recharge does: `waiting` is that an answer is outstanding."""
    if not enabled:
        return "off"
    if block == "stopped":
        return "stopped"
    if waiting:
        return "waiting"
    return BLOCKS.get(block, block) or "armed"
