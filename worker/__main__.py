"""`python -m worker`: the talktime command."""

from worker.cli.main import run

run()
