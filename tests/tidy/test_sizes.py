import ast
from pathlib import Path
from typing import Final

from tests.tidy.tree import python_files, syntax, text

MODULE_LINES: Final = 200
FUNCTION_LINES: Final = 50


def modules() -> tuple[Path, ...]:
    return python_files("worker", "schemas", "tests")


def test_no_module_is_longer_than_a_reader_holds_in_mind() -> None:
    long = {str(path): count for path in modules() if (count := len(text(path).splitlines())) > MODULE_LINES}

    assert long == {}, f"modules of more than {MODULE_LINES} lines: split them by story"


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name} has {length} lines"
        for path in modules()
        for node in ast.walk(syntax(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        # Its body: the options of a command are a table, however many there are.
        and (length := (node.end_lineno or node.lineno) - node.body[0].lineno + 1) > FUNCTION_LINES
    ]

    assert long == [], f"functions of more than {FUNCTION_LINES} lines"
