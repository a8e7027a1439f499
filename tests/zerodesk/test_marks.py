"""The mark of a perpetual: a median of three that are fresh, and within index and fair price."""

from hypothesis import given
from hypothesis import strategies as st

from zerodesk.marks import FRESH_MS, median_ticks

TICKS = st.integers(1, 1_000_000)
AT_MS = 100 * FRESH_MS


@given(index=TICKS, last=TICKS, samples=st.lists(st.integers(-500, 500), min_size=1, max_size=8))
def test_no_last_trade_takes_the_mark_beyond_index_and_fair_price(
    index: int, last: int, samples: list[int]
) -> None:
    found = median_ticks(AT_MS, (index, AT_MS), (last, AT_MS), [(one, AT_MS) for one in samples])
    fair = max(1, index + sum(samples) // len(samples))
    assert found is not None
    assert min(index, fair) <= found <= max(index, fair)


@given(
    ages_ms=st.tuples(*(st.integers(0, 2 * FRESH_MS) for _ in range(3))),
    has_last=st.booleans(),
)
def test_what_is_not_fresh_is_left_out_and_two_make_no_median(
    ages_ms: tuple[int, int, int], *, has_last: bool
) -> None:
    index_ms, last_ms, sample_ms = (AT_MS - age_ms for age_ms in ages_ms)
    last = (150, last_ms) if has_last else None
    found = median_ticks(AT_MS, (100, index_ms), last, [(2, sample_ms)])
    all_fresh = has_last and max(ages_ms) <= FRESH_MS
    assert found == (102 if all_fresh else None)


def test_an_old_sample_does_not_count_beside_fresh_ones() -> None:
    samples = [(900, AT_MS - FRESH_MS - 1), (4, AT_MS), (7, AT_MS)]
    assert median_ticks(AT_MS, (100, AT_MS), (500, AT_MS), samples) == 105
