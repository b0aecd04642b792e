import io
from contextlib import closing

from rich.console import Console

from worker.cli.audit_view import AuditView


def shown(*progress: tuple[str, int, int], terminal: bool) -> str:
    written = io.StringIO()
    with closing(AuditView(Console(file=written, force_terminal=terminal, width=80))) as view:
        for one in progress:
            view.show(one)
    return written.getvalue()


def test_each_part_of_an_audit_has_a_bar_with_its_share() -> None:
    text = shown(("entries", 10, 40), ("identities", 30, 40), terminal=True)

    assert "entries" in text
    assert "100%" in text
    assert "identities" in text
    assert "75%" in text


def test_nobody_at_a_terminal_sees_nothing() -> None:
    assert shown(("entries", 10, 40), terminal=False) == ""
