"""Loading: options before the environment before the one stack that runs here."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from logging import getLogger
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from worker.settings.complaint import SettingsError, complaints, masked
from worker.settings.environment import STACK, Environment, Given, read_environment
from worker.settings.model import Settings, knobs
from worker.settings.stack import Stack, live_stacks

log: Final = getLogger(__name__)

NEEDS: Final = {"kafka": "kafka.bootstrap_servers", "postgres": "postgres.dsn"}
MISSING: Final = {
    "kafka": "TALKTIME_KAFKA_BOOTSTRAP_SERVERS: not set; allowed: HOST:PORT, several separated by commas",
    "postgres": "TALKTIME_POSTGRES_DSN: not set; allowed: postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
}
HINT: Final = " (a running `talktime up` is found by itself; none runs)"


@dataclass(frozen=True, slots=True)
class Effective:
    """One setting as it takes effect: what it is for, its value (no secrets) and who set it."""

    variable: str
    value: str
    origin: str
    description: str


def load(
    options: Mapping[str, object] | None = None,
    *,
    needs: Collection[str] = ("kafka", "postgres"),
    variables: Mapping[str, str] = os.environ,
) -> Settings:
    """Find the settings; options are named as here (`kafka.bootstrap_servers`).

    Raises `SettingsError` with every complaint before anything connects to a server that it names; `needs`
    are the servers (`kafka`, `postgres`) without whose address the caller cannot work.
    """
    environment = read_environment(variables)
    for warning in environment.warnings:
        log.warning("%s", warning)
    return _settings(_given(options or {}, environment, needs, variables), environment, needs)


def effective(variables: Mapping[str, str] = os.environ) -> list[Effective]:
    """List every setting with where it came from."""
    environment = read_environment(variables)
    given = _given({}, environment, tuple(NEEDS), variables)
    settings = _settings(given, environment, needs=())
    return [
        Effective(
            variable=knob.variable,
            value=masked(knob.name, _value(settings, knob.name)),
            origin=given[knob.name].origin if knob.name in given else "default",
            description=knob.field.description or "",
        )
        for knob in knobs()
    ]


def _settings(given: Mapping[str, Given], environment: Environment, needs: Collection[str]) -> Settings:
    lines = list(environment.complaints)
    lines += [MISSING[need] + HINT for need in sorted(needs) if NEEDS[need] not in given]
    groups: dict[str, dict[str, object]] = {}
    for name, value in given.items():
        group, _, field = name.partition(".")
        groups.setdefault(group, {})[field] = value.value
    try:
        settings = Settings.model_validate(groups)
    except ValidationError as error:
        raise SettingsError((*lines, *complaints(error))) from None
    if lines:
        raise SettingsError(tuple(lines))
    return settings


def _given(
    options: Mapping[str, object],
    environment: Environment,
    needs: Collection[str],
    variables: Mapping[str, str],
) -> dict[str, Given]:
    """Merge what is given; without a stack to take the rest from, say what else is wrong, too."""
    try:
        return _merged(options, environment, needs, variables)
    except SettingsError as undecided:
        try:
            _settings(dict(environment.given), environment, needs=())
        except SettingsError as wrong:
            raise SettingsError((*undecided.lines, *wrong.lines)) from None
        raise


def _merged(
    options: Mapping[str, object],
    environment: Environment,
    needs: Collection[str],
    variables: Mapping[str, str],
) -> dict[str, Given]:
    chosen = {name: Given(value, "option") for name, value in options.items() if value is not None}
    named = variables.get(STACK, "")
    if named:
        # Whoever names a stack means it, whatever else the environment holds.
        return {**environment.given, **_from(_named_stack(Path(named), variables)), **chosen}
    upper = {**environment.given, **chosen}
    if all(NEEDS[need] in upper for need in needs):
        return upper
    stack = _one_stack(variables)
    lower = _from(stack) if stack else {}
    if NEEDS["kafka"] in upper:
        # What else the stack says of Kafka is true of its own broker only.
        lower = {name: value for name, value in lower.items() if not name.startswith("kafka.")}
    return {**lower, **upper}


def _from(stack: Stack) -> dict[str, Given]:
    return {name: Given(value, f"stack {stack.data}") for name, value in stack.values().items()}


def _one_stack(variables: Mapping[str, str]) -> Stack | None:
    stacks = live_stacks(variables)
    if len(stacks) > 1:
        names = ", ".join(str(stack.data) for stack in stacks)
        raise SettingsError((f"--stack: several local stacks run, choose one by --stack DIR: {names}",))
    return stacks[0] if stacks else None


def _named_stack(folder: Path, variables: Mapping[str, str]) -> Stack:
    stacks = live_stacks(variables)
    for stack in stacks:
        if stack.data.resolve() == folder.resolve():
            return stack
    names = ", ".join(str(stack.data) for stack in stacks) or "none runs"
    raise SettingsError((f"--stack: {str(folder)!r} is no running stack; allowed: {names}",))


def _value(settings: Settings, name: str) -> object:
    group, _, field = name.partition(".")
    value: object = getattr(getattr(settings, group), field)
    return value
