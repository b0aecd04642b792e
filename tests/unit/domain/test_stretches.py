import pytest

from worker.domain.stretches import stretches
from worker.domain.tariff import VersionTerms, compile_version
from worker.domain.tariff_row import TariffRow
from worker.domain.usage import Leg

# 1/1, dear from 8 to 20 o'clock; the second minute is cheaper by day.
DAY = TariffRow("", "", "", "49", "", 0, 0, 600_000, 1, 1, 127, 480, 1200)
NIGHT = DAY._replace(from_minute=1200, to_minute=480, price_per_minute_micros=60_000)
LATER = DAY._replace(from_s=60, price_per_minute_micros=300_000)
VERSION = compile_version(1, VersionTerms(0, "Etc/GMT-1"), [DAY, LATER, NIGHT])
NINE_S = 1_772_611_200  # 2026-03-04T08:00:00Z


@pytest.mark.parametrize(
    ("duration_s", "most"),
    [
        pytest.param(60, 2, id="a minute"),
        pytest.param(3_600, 3, id="an hour"),
        # Two windows a day; the clock is looked at again at midnight, and where a week begins.
        pytest.param(86_400, 6, id="a day"),
        pytest.param(604_800, 3 * 7 + 4, id="a week"),
    ],
)
def test_a_call_by_the_second_is_walked_by_windows_and_steps_not_by_seconds(
    duration_s: int, most: int
) -> None:
    leg = Leg("outbound", "4930123456", "toll", "", NINE_S, duration_s, "", "")
    tariff = VERSION.look_up(("49", "outbound", "toll", ""))
    assert tariff is not None

    walked = list(stretches(VERSION, tariff, leg))

    assert len(walked) <= most
    assert sum(stretch.billable_s for stretch in walked) == duration_s
