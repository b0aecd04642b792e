import ast
import re
from pathlib import Path
from typing import Final

from tests.tidy.tree import python_files, syntax

# A name that says nothing gathers what belongs nowhere.
SAYS_NOTHING: Final = frozenset({"util", "utils", "common", "helper", "helpers", "manager", "base", "misc"})


def words(name: str) -> frozenset[str]:
    """Split snake_case and CamelCase."""
    return frozenset(word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name))


def modules() -> tuple[Path, ...]:
    return python_files("worker", "schemas", "tests")


def test_every_module_and_folder_says_what_it_holds() -> None:
    empty = [
        str(path)
        for path in modules()
        if any(words(part) & SAYS_NOTHING for part in path.with_suffix("").parts)
    ]

    assert empty == []


def test_every_class_says_what_it_is() -> None:
    empty = [
        f"{path}:{node.lineno} {node.name}"
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.ClassDef) and words(node.name) & SAYS_NOTHING
    ]

    assert empty == []


def test_a_word_is_found_in_either_style_of_name() -> None:
    assert words("retry_helper") == {"retry", "helper"}
    assert words("TaskManager") == {"task", "manager"}
    assert words("database") == {"database"}
