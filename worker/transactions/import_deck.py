"""Import a rate deck: a version comes in whole, once, and never changes what was charged."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from worker.domain.deck_content import content_digest
from worker.postgres.deck_versions import (
    StoredVersion,
    add_version,
    count_waiting,
    find_deck_currency,
    list_versions,
    lock_imports,
)
from worker.postgres.transaction import Database, transaction

if TYPE_CHECKING:
    from worker.domain.tariff import NewVersion

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class Imported(NamedTuple):
    """The version that holds now; `released` counts the parked usage that is looked at again for it."""

    version_id: int
    rows: int
    released: int


class Refused(NamedTuple):
    """Why a version cannot come in: the option to look at, and what is allowed."""

    option: str
    reason: str


async def import_deck(
    pool: Database,
    new: "NewVersion",
    *,
    retroactive: bool = False,
    progress: Callable[[int], object] = lambda _rows: None,
) -> Imported | Refused:
    """Bring a version in, or say why not; the same version again changes nothing.

    `progress` hears now and then how many rows are written.
    """
    # The transaction must not stand idle meanwhile.
    digest = content_digest(new)
    async with transaction(pool) as tx:
        now_s = await lock_imports(tx)
        currency = await find_deck_currency(tx, new.deck)
        versions = await list_versions(tx, new.deck)
        verdict = judge(new, digest, currency, versions, now_s=now_s, retroactive=retroactive)
        if verdict is not None:
            return verdict
        version_id = await add_version(tx, new, digest, progress)
        return Imported(version_id, len(new.rows), await count_waiting(tx))


def judge(
    new: "NewVersion",
    digest: bytes,
    currency: str | None,
    versions: Sequence[StoredVersion],
    *,
    now_s: int,
    retroactive: bool,
) -> Imported | Refused | None:
    """Compare a new version with those of its deck; None lets it in."""
    if currency is not None and currency != new.currency:
        return Refused("currency", f"deck {new.deck!r} is in {currency} for ever: import another deck")
    from_s = new.terms.effective_from_s
    for version in versions:
        if version.terms.effective_from_s == from_s:
            if version.digest == digest:
                return Imported(version.version_id, version.row_count, 0)
            reason = (
                f"deck {new.deck!r} has another version from {_time(from_s)} on, and versions never change:"
                " choose another date"
            )
            return Refused("effective-from", reason)
    earlier = [version for version in versions if version.terms.effective_from_s < from_s]
    if earlier and from_s < now_s and not retroactive:
        reason = (
            f"{_time(from_s)} has passed, and version {earlier[-1].version_id} has priced usage since then:"
            " --retroactive prices by the new version what is not yet charged, or choose a date to come"
        )
        return Refused("retroactive", reason)
    return None


def _time(unix_s: int) -> str:
    return (_EPOCH + timedelta(seconds=unix_s)).isoformat().replace("+00:00", "Z")
