"""Calls that need not wait for one another wait for AWS together, and none hinders another."""

import subprocess
import sys
from functools import partial
from threading import Barrier
from time import sleep

import pytest

from zerodesk_aws.at_once import MAX_AT_ONCE, at_once
from zerodesk_aws.clients import tables


def test_as_many_calls_as_there_are_connections_wait_together() -> None:
    together = Barrier(MAX_AT_ONCE, timeout=10)
    at_once([together.wait] * MAX_AT_ONCE)
    assert tables().meta.config.max_pool_connections == MAX_AT_ONCE


def test_more_calls_than_go_at_once_all_go() -> None:
    made: list[int] = []
    at_once([lambda number=number: made.append(number) for number in range(3 * MAX_AT_ONCE)])  # type: ignore[misc]
    assert sorted(made) == list(range(3 * MAX_AT_ONCE))


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


def test_calls_at_once_need_no_tables() -> None:
    program = "import sys, zerodesk_aws.at_once; print('pynamodb' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    assert done.stdout == b"False\n"


def test_each_call_s_answer_stands_where_the_call_stood() -> None:
    assert at_once([partial(slow, 0.05, "a"), partial(slow, 0.0, "b")]) == ["a", "b"]


def slow(seconds: float, answer: str) -> str:
    sleep(seconds)
    return answer
