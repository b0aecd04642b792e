"""`python -m schemas.generate` writes json/ and asyncapi.yaml from the types; `--check` only compares."""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from schemas.asyncapi import document
from schemas.catalogue import CONTRACTS
from schemas.json_schema import schema_of
from schemas.yaml_text import to_yaml

FOLDER: Final = Path(__file__).parent
EXAMPLES: Final = FOLDER / "examples"

HEAD: Final = """\
# Made by `python -m schemas.generate`; change the types, not this file.
# yamllint disable rule:line-length
"""


def generated() -> dict[str, str]:
    """Give every generated file: its path within the folder, and its text."""
    files = {
        f"json/{name}.schema.json": json.dumps(schema_of(contract), indent=2, ensure_ascii=False) + "\n"
        for name, contract in CONTRACTS.items()
    }
    return files | {"asyncapi.yaml": HEAD + to_yaml(document(EXAMPLES))}


def differences(folder: Path) -> list[str]:
    """Name the files that are not as they would be generated, those too many included."""
    wanted = generated()
    there = {f"json/{path.name}" for path in (folder / "json").glob("*")}
    stale = {name for name, text in wanted.items() if _text(folder / name) != text}
    return sorted(stale | (there - wanted.keys()))


def write(folder: Path) -> None:
    """Write what is generated and remove what no longer is."""
    (folder / "json").mkdir(exist_ok=True)
    wanted = generated()
    for path in (folder / "json").glob("*"):
        if f"json/{path.name}" not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def main() -> int:
    """Write, or with `--check` compare: 0 when nothing differs, 1 with the names of what does."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file differs")
    if not parser.parse_args().check:
        write(FOLDER)
        return 0
    stale = differences(FOLDER)
    sys.stdout.writelines(f"schemas/{name} is not as generated\n" for name in stale)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
