import re
import tomllib
from itertools import pairwise
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tidy.tree import ROOT

LOCKS: Final = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
PIN: Final = re.compile(
    r"^([a-z0-9-]+)==(\S+)(?: ; .+)?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE
)


def lock(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(name: str) -> dict[str, str]:
    return {match[1]: match[2] for match in PIN.finditer(lock(name))}


def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def group(name: str) -> list[Requirement]:
    return [Requirement(line) for line in project()["dependency-groups"][name] if isinstance(line, str)]


def unmet(needs: list[Requirement], found: dict[str, str]) -> list[str]:
    return [
        str(need)
        for need in needs
        if not need.specifier.contains(found.get(canonicalize_name(need.name), "0"), prereleases=True)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_place_to_load_from(name: str) -> None:
    assert re.findall(r"://|--index|--find-links|--trusted|@ ", lock(name)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_its_hashes(name: str) -> None:
    named = re.findall(r"^([a-z0-9-]+)==", lock(name), re.MULTILINE)

    assert sorted(pins(name)) == sorted(named)


def test_the_locks_hold_what_the_project_asks_for() -> None:
    needed = [Requirement(line) for line in project()["project"]["dependencies"]]
    local = [Requirement(line) for line in project()["project"]["optional-dependencies"]["local"]]
    groups = [need for name in ("build", "test", "lint") for need in group(name)]

    assert unmet(needed, pins("requirements.lock")) == []
    assert unmet([*needed, *local, *groups], pins("requirements-dev.lock")) == []
    assert unmet(group("build"), pins("requirements-build.lock")) == []


def test_what_is_tested_is_what_runs_in_production() -> None:
    tested = pins("requirements-dev.lock")

    assert {name: tested.get(name) for name in pins("requirements.lock")} == pins("requirements.lock")


def test_production_carries_neither_servers_nor_tools() -> None:
    local = [Requirement(line) for line in project()["project"]["optional-dependencies"]["local"]]
    unwanted = {
        canonicalize_name(need.name) for need in [*local, *group("build"), *group("test"), *group("lint")]
    }

    assert unwanted & set(pins("requirements.lock")) == set()


def test_every_need_says_what_it_is_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    needs = {str(line) for line in project()["project"]["dependencies"]}

    silent = [
        line.strip()
        for before, line in pairwise(lines)
        if line.strip().strip('",') in needs and not before.strip().startswith("# ")
    ]

    assert silent == []
