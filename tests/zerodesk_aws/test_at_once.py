"""Calls that need not wait for one another wait for AWS together, and none hinders another."""

from threading import Barrier

import pytest

from zerodesk_aws.at_once import at_once
from zerodesk_aws.tables.bind import MAX_CONNECTIONS, connection


def test_as_many_calls_as_there_are_connections_wait_together() -> None:
    together = Barrier(MAX_CONNECTIONS, timeout=10)
    at_once([together.wait] * MAX_CONNECTIONS)
    assert connection()._max_pool_connections == MAX_CONNECTIONS


def test_more_calls_than_go_at_once_all_go() -> None:
    made: list[int] = []
    at_once([lambda number=number: made.append(number) for number in range(3 * MAX_CONNECTIONS)])  # type: ignore[misc]
    assert sorted(made) == list(range(3 * MAX_CONNECTIONS))


@pytest.mark.parametrize("failing", [0, 1, 2])
def test_a_call_that_fails_hinders_no_other_and_is_raised_behind_them(failing: int) -> None:
    made: list[int] = []

    def call(number: int) -> None:
        if number == failing:
            raise ValueError(number)
        made.append(number)

    with pytest.raises(ValueError, match=str(failing)):
        at_once([lambda number=number: call(number) for number in range(3)])  # type: ignore[misc]
    assert sorted(made) == [number for number in range(3) if number != failing]


def test_nothing_to_call_or_one_call_needs_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zerodesk_aws.at_once._threads", lambda: pytest.fail("asked for threads"))
    made: list[str] = []
    at_once([])
    at_once([lambda: made.append("one")])
    assert made == ["one"]
