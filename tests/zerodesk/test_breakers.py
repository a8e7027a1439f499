"""A breaker lets nobody be asked again and again who does not answer, and asks again in time."""

from hypothesis import given
from hypothesis import strategies as st

from zerodesk.breakers import (
    CLOSED,
    FAILURES_TO_OPEN,
    FIRST_PAUSE_MS,
    LONGEST_PAUSE_MS,
    TRIAL_MS,
    Breaker,
    BreakerState,
)

MINUTE_MS = 60_000


def broken(failures: int, at_ms: int = 0) -> Breaker:
    found = CLOSED
    for _ in range(failures):
        found = found.failed(at_ms, "no answer")
    return found


def test_it_opens_with_the_third_failure_in_a_row_and_not_before() -> None:
    assert broken(FAILURES_TO_OPEN - 1).state_at(0) is BreakerState.CLOSED
    assert broken(FAILURES_TO_OPEN).state_at(0) is BreakerState.OPEN


def test_an_answer_between_failures_begins_the_count_anew() -> None:
    found = broken(FAILURES_TO_OPEN - 1).answered().failed(0, "no answer")
    assert (found.failures, found.state_at(0)) == (1, BreakerState.CLOSED)


def test_a_pause_ends_half_open_and_a_trial_shuts_the_others_out_for_a_minute() -> None:
    found = broken(FAILURES_TO_OPEN)
    assert found.state_at(FIRST_PAUSE_MS - 1) is BreakerState.OPEN
    assert found.state_at(FIRST_PAUSE_MS) is BreakerState.HALF_OPEN
    tried = found.tried(FIRST_PAUSE_MS)
    assert tried.state_at(FIRST_PAUSE_MS + TRIAL_MS - 1) is BreakerState.OPEN
    assert tried.state_at(FIRST_PAUSE_MS + TRIAL_MS) is BreakerState.HALF_OPEN


def test_a_trial_that_fails_doubles_the_pause_up_to_an_hour_and_keeps_since_when() -> None:
    found, at_ms, pauses_ms = broken(FAILURES_TO_OPEN, 5), 5, []
    for _ in range(12):
        assert found.until_ms is not None
        pauses_ms.append(found.until_ms - at_ms)
        at_ms = found.until_ms
        found = found.tried(at_ms).failed(at_ms, "no answer")
    assert pauses_ms[:5] == [FIRST_PAUSE_MS << doublings for doublings in range(5)]
    assert set(pauses_ms[5:]) == {LONGEST_PAUSE_MS}
    assert found.opened_at_ms == 5


def test_a_trial_that_is_answered_closes_it_and_forgets() -> None:
    assert broken(9).tried(0).answered() == CLOSED


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=60))
def test_it_is_closed_exactly_while_fewer_than_three_failed_in_a_row(
    fared: list[tuple[bool, int]],
) -> None:
    found, at_ms, in_a_row = CLOSED, 0, 0
    for is_well, minutes in fared:
        at_ms += minutes * MINUTE_MS
        if found.state_at(at_ms) is BreakerState.OPEN:
            continue
        found = found.answered() if is_well else found.failed(at_ms, "no answer")
        in_a_row = 0 if is_well else in_a_row + 1
        assert (found.state_at(at_ms) is BreakerState.CLOSED) is (in_a_row < FAILURES_TO_OPEN)
        assert Breaker.of(found.to_dict()) == found
