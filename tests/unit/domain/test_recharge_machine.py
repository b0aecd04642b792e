import pytest

from deploy.guides.recharge_states import page
from tests.tidy.tree import ROOT
from tests.unit.domain.deciding import request
from worker.domain.lot import NEVER_S
from worker.domain.recharge_machine import STAGES, TABLE, Does, Happens, Stage, entered, stage_of
from worker.domain.recharge_steps import DOES

OPEN = {Stage.ASKED, Stage.RESTING, Stage.SILENT, Stage.PENDING}
CLOSED = set(Stage) - OPEN - {Stage.NONE}
ANSWERS = {Happens.PENDING, Happens.DECLINED, Happens.OUTDATED}


def steps(stage: Stage) -> dict[Happens, Stage]:
    return {what: step.to for (at, what), step in TABLE.items() if at is stage}


def test_the_guide_shows_the_table_that_runs() -> None:
    shown = (ROOT / "deploy/guides/recharge-states.md").read_text(encoding="utf-8")

    assert shown == page(), "run make guides"


def test_every_stage_event_and_action_is_used_and_every_action_done() -> None:
    assert {stage for stage, _ in TABLE} == set(Stage) == set(STAGES)
    assert {what for _, what in TABLE} == set(Happens)
    assert {does for step in TABLE.values() for does in step.does} == set(Does)
    # What is parked is refused before anything is done.
    assert set(DOES) == set(Does) - {Does.PARK}


@pytest.mark.parametrize("stage", Stage)
def test_every_answer_means_something_in_every_stage(stage: Stage) -> None:
    assert steps(stage).keys() >= ANSWERS
    assert {Happens.COMPLETED, Happens.COMPLETED_AGAIN} & steps(stage).keys()


@pytest.mark.parametrize("stage", sorted(OPEN))
def test_every_open_request_ends_by_time_alone_and_when_its_account_does(stage: Stage) -> None:
    assert steps(stage)[Happens.TIME_UP] is Stage.EXPIRED
    assert steps(stage)[Happens.TAKEN_BACK] is Stage.CANCELLED
    assert steps(stage)[Happens.DECLINED] is Stage.DECLINED


@pytest.mark.parametrize("stage", sorted(CLOSED))
def test_nothing_opens_again_what_was_closed(stage: Stage) -> None:
    assert set(steps(stage).values()) <= {stage, Stage.COMPLETED}


def test_whatever_closes_an_open_request_starts_the_cooldown_and_nothing_else_does() -> None:
    for (stage, what), step in TABLE.items():
        closes = stage in OPEN and step.to in CLOSED
        assert (Does.CLOSE in step.does) is closes, (stage, what)


def test_money_is_credited_by_the_first_completion_alone() -> None:
    credited = {stage for (stage, _), step in TABLE.items() if Does.CREDIT in step.does}

    assert credited == set(Stage) - {Stage.COMPLETED}


def test_what_counts_is_what_is_open_completed_or_expired() -> None:
    counts = {Stage.ASKED, Stage.RESTING, Stage.SILENT, Stage.PENDING, Stage.COMPLETED, Stage.EXPIRED}
    for (stage, what), step in TABLE.items():
        change = (Does.COUNT in step.does) - (Does.UNCOUNT in step.does)
        assert change == (step.to in counts) - (stage in counts), (stage, what)


@pytest.mark.parametrize("stage", sorted(set(Stage) - {Stage.NONE}))
def test_a_stage_is_known_again_from_what_is_stored(stage: Stage) -> None:
    before = request("r-1", retry_s=5)

    assert stage_of(entered(before, stage)) is stage


def test_of_a_request_that_nobody_remembers_nothing_is_known() -> None:
    assert stage_of(None) is Stage.NONE


def test_an_open_request_says_by_its_next_attempt_where_it_stands() -> None:
    found = [stage_of(request("r-1", retry_s=at_s)) for at_s in (0, 5, NEVER_S)]

    assert found == [Stage.ASKED, Stage.RESTING, Stage.SILENT]
