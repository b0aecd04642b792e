import os
import pwd
from pathlib import Path

import pytest

from worker.embedded.cannot_start import CannotStartError
from worker.embedded.server_user import ServerUser, server_user

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another user")
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root lends its servers another user")


@as_root
def test_root_lends_a_user_that_is_not_root(tmp_path: Path) -> None:
    assert server_user(tmp_path / "new").uid != 0


@as_root
def test_the_owner_of_an_existing_folder_goes_on(tmp_path: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(tmp_path, nobody.pw_uid, nobody.pw_gid)
    assert server_user(tmp_path).uid == nobody.pw_uid


@as_root
def test_a_folder_of_root_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="chown -R"):
        server_user(tmp_path)


@as_root
def test_the_right_to_read_is_lent_only_where_it_is_needed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert server_user(closed / "new").reads_everything
    assert not server_user(Path("/var/tmp/new")).reads_everything


@as_user
def test_an_ordinary_user_runs_its_servers_itself(tmp_path: Path) -> None:
    assert server_user(tmp_path / "new") == ServerUser(os.geteuid(), os.getegid())


@as_user
def test_a_folder_of_somebody_else_is_refused() -> None:
    with pytest.raises(CannotStartError, match="belongs to user id"):
        server_user(Path("/usr"))
