"""The wheels that carry the servers; the production image leaves them out."""

from importlib.util import find_spec
from pathlib import Path

from worker.embedded.cannot_start import CannotStartError


def wheel_folder(package: str) -> Path:
    """Find an installed package without importing it, which would have effects."""
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise CannotStartError(
            f"the servers of a local stack are not installed ({package} is missing);"
            " install them: pip install 'talktime[local]'"
        )
    return Path(found.submodule_search_locations[0])
