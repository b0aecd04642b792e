"""The user that Postgres runs as: it refuses root, so root must lend it another name."""

import os
import pwd
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from worker.embedded.cannot_start import CannotStartError

# Both exist nearly everywhere; initdb needs a user that has a name.
PREFERRED_NAMES: Final = ("postgres", "nobody")

# Root's rights to enter any folder, as bits of a capability set: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH.
ENTERS_ANY_FOLDER: Final = 0b110


@dataclass(frozen=True, slots=True)
class ServerUser:
    """Whom a server runs as; `reads_everything` when its folders lie where only root may enter."""

    uid: int
    gid: int
    reads_everything: bool = False


def server_user(folder: Path, *needed: Path) -> ServerUser:
    """Choose who runs a server on `folder`, which may not exist yet; it must enter `needed` too.

    An existing folder decides: its owner goes on. Raises `CannotStartError`.
    """
    owner = folder.stat().st_uid if folder.exists() else None
    if os.geteuid() != 0:
        return _ourselves(folder, owner)
    uid, gid = _lent(owner, folder)
    if all(_enters(uid, gid, path) for path in (folder.parent, *needed)):
        return ServerUser(uid, gid)
    if not _may_enter_any_folder():
        raise CannotStartError(
            f"Postgres refuses to run as root, and the user {pwd.getpwuid(uid).pw_name} may not enter"
            f" {folder.parent}; choose a folder that everybody may enter (--data /var/tmp/talktime)"
            " or start as an ordinary user"
        )
    return ServerUser(uid, gid, reads_everything=True)


def _ourselves(folder: Path, owner: int | None) -> ServerUser:
    uid = os.geteuid()
    if owner not in (None, uid):
        raise CannotStartError(
            f"{folder} belongs to user id {owner}, not to you; choose another folder or start as that user"
        )
    try:
        pwd.getpwuid(uid)
    except KeyError:
        raise CannotStartError(
            f"user id {uid} has no name in /etc/passwd, which Postgres needs to make a database;"
            " add a line for it or start as another user"
        ) from None
    return ServerUser(uid, os.getegid())


def _lent(owner: int | None, folder: Path) -> tuple[int, int]:
    if owner == 0:
        raise CannotStartError(
            f"{folder} belongs to root, and Postgres refuses to run as root;"
            f" give it away (chown -R {PREFERRED_NAMES[0]} {folder}) or choose another folder"
        )
    entries = {entry.pw_name: entry for entry in pwd.getpwall() if entry.pw_uid != 0}
    if owner is not None:
        return owner, next((entry.pw_gid for entry in entries.values() if entry.pw_uid == owner), owner)
    entry = next((entries[name] for name in PREFERRED_NAMES if name in entries), None)
    entry = entry or next(iter(entries.values()), None)
    if entry is None:
        raise CannotStartError("Postgres refuses to run as root, and /etc/passwd has no other user; add one")
    return entry.pw_uid, entry.pw_gid


def _enters(uid: int, gid: int, path: Path) -> bool:
    """Tell whether the user may enter this folder and all above it, by their modes alone."""
    folder = path.resolve()
    return all(_may_pass(uid, gid, above) for above in (folder, *folder.parents) if above.is_dir())


def _may_pass(uid: int, gid: int, folder: Path) -> bool:
    found = folder.stat()
    if found.st_uid == uid:
        return bool(found.st_mode & 0o100)
    if found.st_gid == gid:
        return bool(found.st_mode & 0o010)
    return bool(found.st_mode & 0o001)


def _may_enter_any_folder() -> bool:
    if sys.platform != "linux":
        return False
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return any(
        int(line.split()[1], 16) & ENTERS_ANY_FOLDER
        for line in status.splitlines()
        if line.startswith("CapPrm:")
    )
