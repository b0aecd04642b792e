"""The page that Prometheus reads: every metric of the catalogue, whoever has used it so far."""

from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from worker.metrics import auditing, charging, parking, process, publishing, reading, recharging, sweeping
from worker.metrics.catalogue import REGISTRY

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

# A metric is entered when its module is imported.
ENTERED: Final = (auditing, charging, parking, process, publishing, reading, recharging, sweeping)


def exposition() -> bytes:
    """Write the page as things are now."""
    return generate_latest(REGISTRY)
