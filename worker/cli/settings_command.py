"""`talktime settings`: what is set, and by whom."""

import typer

from worker.cli.output import JsonOption, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("settings")(settings)


def settings(as_json: JsonOption = False) -> None:
    """Show every setting as it takes effect, where it came from, and no secrets."""
    from worker.settings.load import effective

    found = effective()
    if as_json:
        print_json(
            [
                {
                    "name": setting.variable,
                    "value": setting.value,
                    "source": setting.origin,
                    "description": setting.description,
                }
                for setting in found
            ]
        )
        return
    print_table(
        ("setting", "value", "from"),
        ((setting.variable, setting.value, setting.origin) for setting in found),
    )
