"""Time passes in place only where nobody else would have had a turn."""

import pytest

from tests.simulation.scheduler import Scheduler


@pytest.mark.parametrize(
    ("another_ms", "expected"),
    [(None, (True, 115.0)), (5.1, (True, 115.0)), (5.0, (False, 110.0)), (1.0, (False, 110.0))],
)
def test_time_passes_in_place_unless_somebody_has_a_turn_before(
    another_ms: float | None, expected: tuple[bool, float]
) -> None:
    scheduler, heard = Scheduler(1, 100.0), []

    def wait() -> None:
        heard.append((scheduler.passes(5.0), scheduler.now_ms))

    scheduler.after(10.0, wait)
    if another_ms is not None:
        scheduler.after(10.0 + another_ms, heard.append, None)
    scheduler.run()
    assert heard[0] == expected


def test_time_does_not_pass_in_place_beyond_the_end_of_a_run() -> None:
    scheduler, heard = Scheduler(1, 100.0), []
    scheduler.after(10.0, lambda: heard.append(scheduler.passes(5.0)))
    scheduler.run(until_ms=114.0)
    assert heard == [False]
    assert scheduler.now_ms == 114.0
