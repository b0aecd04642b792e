import pytest

from worker.domain.recharge_state import recharge_state


@pytest.mark.parametrize(
    ("enabled", "waiting", "block", "state"),
    [
        pytest.param(False, True, "stopped", "off", id="off whatever else holds"),
        pytest.param(True, True, "stopped", "stopped", id="stopped before waiting"),
        pytest.param(True, True, "declined", "waiting", id="waiting before declined"),
        pytest.param(True, False, "declined", "declined", id="declined"),
        pytest.param(True, False, "unavailable", "declined", id="unavailable is shown as declined"),
        pytest.param(True, False, "capped", "capped", id="capped"),
        pytest.param(True, False, "cooling_down", "cooling_down", id="cooling down"),
        pytest.param(True, False, "", "armed", id="armed"),
    ],
)
def test_the_first_that_holds_is_shown(enabled: bool, waiting: bool, block: str, state: str) -> None:
    assert recharge_state(enabled=enabled, waiting=waiting, block=block) == state
