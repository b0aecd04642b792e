"""The project's own files, as the tidy tests see them."""

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]

GENERATED: Final = re.compile(r"__pycache__|\.git|\.venv|build|dist|.+\.egg-info|\.hypothesis|\.\w+_cache")


@cache
def project_files() -> tuple[Path, ...]:
    """List every file that is, or is about to be, part of the project; relative to its root."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return tuple(sorted(unpacked_files()))
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return tuple(sorted(Path(line) for line in listing.stdout.splitlines() if (ROOT / line).is_file()))


def unpacked_files() -> Iterator[Path]:
    """Walk an unpacked archive, which has no git to ask."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if not GENERATED.fullmatch(name)]
        for name in names:
            yield (Path(folder) / name).relative_to(ROOT)


def python_files(*folders: str) -> tuple[Path, ...]:
    """List the Python modules below the given folders of the root."""
    return tuple(path for path in project_files() if path.suffix == ".py" and path.parts[0] in folders)


@cache
def text(path: Path) -> str:
    """Read a project file; what is no text reads as empty."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def syntax(path: Path) -> ast.Module:
    """Parse a project module."""
    return ast.parse(text(path), filename=str(path))
