"""Time passes in place only where nobody else would have had a turn; who waits hears its own."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.simulation.scheduler import Activity, Outcome, Scheduler, current


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


def begun(scheduler: Scheduler, work: Callable[[], Any], heard: list[Outcome]) -> Activity:
    """Begin an activity, and return it as it waits or has ended."""
    activity = Activity(scheduler, work, heard.append, who="somebody")
    scheduler.start(activity)
    scheduler.run()
    return activity


def test_an_activity_goes_on_where_another_has_ended_and_hears_its_own_answers() -> None:
    heard: list[Outcome] = []
    scheduler = Scheduler(1, 0.0)
    first = begun(scheduler, lambda: 1, heard)
    second = begun(scheduler, scheduler.park, heard)
    assert second.thread is first.thread
    scheduler.resume(first, "too late")
    assert heard == [(1, None)]
    scheduler.resume(second, 2)
    assert heard == [(1, None), (2, None)]
    assert current() is None


def test_two_activities_that_wait_go_on_apart() -> None:
    heard: list[Outcome] = []
    scheduler = Scheduler(1, 0.0)
    one, other = (begun(scheduler, scheduler.park, heard) for _ in range(2))
    scheduler.resume(other, 2)
    fault = ValueError("no")
    scheduler.fail(one, fault)
    assert heard == [(2, None), (None, fault)]


def test_who_is_killed_says_nothing_and_leaves_its_place_to_the_next() -> None:
    heard: list[Outcome] = []
    scheduler = Scheduler(1, 0.0)
    killed, left = begun(scheduler, scheduler.park, heard), list[str]()

    def work() -> None:
        try:
            scheduler.park()
        finally:
            left.append("its code")

    last = begun(scheduler, work, heard)
    scheduler.kill(killed)
    scheduler.kill(killed)
    third = begun(scheduler, lambda: 3, heard)
    assert third.thread is killed.thread
    scheduler.kill(third)
    scheduler.resume(killed, "too late")
    assert heard == [(3, None)]
    scheduler.end()
    assert left == ["its code"]
    assert last.thread is not None
    assert last.thread.dead
    assert killed.thread is not None
    assert killed.thread.dead
