"""What is paid is received: funding and exercise sum to zero to the unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.derivatives import EuropeanOption, OptionType
from zerodesk.expiry import (
    AVERAGE_MS,
    MAX_GAP_MS,
    IndexGapError,
    exercised,
    settlement_ticks,
)
from zerodesk.funding import fair_ticks, fund, mark_ticks, rate_millionths, shared

CALL = EuropeanOption("BTC-25DEC26-100-C", "BTC", "USD", OptionType.CALL, 100, AVERAGE_MS, 7)
NAMES = [f"a{number}" for number in range(8)]


@st.composite
def all_positions(draw: st.DrawFn) -> dict[str, int]:
    lots = draw(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=7))
    return dict(zip(NAMES, [*lots, -sum(lots)], strict=False))


def test_funding_by_hand() -> None:
    # 0.05 % of 100,050 ticks x 2 lots x 1 are 100.05, rounded down; one receiver gets it all.
    found = fund({"long": 2, "short": -2}, 500, 100_050, 1)
    assert found.amounts_minor == {"long": -100, "short": 100}
    # Three receive 100 by 1, 1 and 2 lots.
    found = fund({"long": 4, "a": -1, "b": -1, "c": -2}, 500, 50_000, 1)
    assert found.amounts_minor == {"long": -100, "a": 25, "b": 25, "c": 50}
    # Below the index the shorts pay.
    assert fund({"long": 2, "short": -2}, -500, 100_000, 1).amounts_minor["short"] == -100


def test_no_single_price_moves_the_mark() -> None:
    assert mark_ticks(100, 10**9, 101) == 101
    assert mark_ticks(1, 100, 101) == 100
    assert mark_ticks(100, 101, 1) == 100
    assert fair_ticks(5, -9) == 1


@given(all_positions(), st.integers(-5_000, 5_000), st.integers(1, 10**8), st.integers(1, 100))
def test_funding_sums_to_zero_and_each_pays_its_share(
    lots: dict[str, int], rate: int, mark: int, tick_value: int
) -> None:
    found = fund(lots, rate, mark, tick_value).amounts_minor
    assert sum(found.values()) == 0
    for who, minor in found.items():
        exact = lots[who] * mark * tick_value * rate
        # Who pays, never pays more than the share; who receives, never more than that and a unit.
        assert minor * exact <= 0
        assert abs(minor) * 10**6 <= abs(exact) + 10**6


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 10_000))
def test_the_rate_is_clamped_either_way(mark: int, index: int, most: int) -> None:
    rate = rate_millionths(mark, index, most_millionths=most)
    assert -most <= rate <= most
    assert rate * (mark - index) >= 0
    assert rate == -rate_millionths(index - (mark - index), index, most_millionths=most)


@given(st.integers(0, 10**12), st.dictionaries(st.sampled_from(NAMES), st.integers(1, 10**6)))
def test_a_total_is_shared_out_to_the_unit_whoever_comes_first(
    total: int, weights: dict[str, int]
) -> None:
    found = shared(total, weights)
    assert sum(found.values()) == (total if weights else 0)
    assert found == shared(total, dict(reversed(weights.items())))
    for who, weight in weights.items():
        assert abs(found[who] * sum(weights.values()) - total * weight) < sum(weights.values())


def test_positions_that_are_not_all_are_refused() -> None:
    with pytest.raises(ValueError, match="1 lots"):
        fund({"a": 1}, 1, 1, 1)
    with pytest.raises(ValueError, match="1 lots"):
        exercised(CALL, {"a": 1}, 100)


def test_the_settlement_price_weighs_each_observation_by_its_time() -> None:
    minute = 60_000
    observations = [(at * minute, 100 if at < 20 else 160) for at in range(30)]
    # Twenty minutes at 100 and ten at 160.
    assert settlement_ticks(observations, AVERAGE_MS) == 120
    assert settlement_ticks([*observations, (AVERAGE_MS, 10**9)], AVERAGE_MS) == 120
    half = [(0, 100), *[(at * minute, 100 + at % 2) for at in range(1, 30)]]
    assert settlement_ticks(half, AVERAGE_MS) == 101


def test_one_print_moves_the_settlement_price_by_its_time_and_no_more() -> None:
    quiet = [(at * 60_000, 1_000) for at in range(30)]
    spiked = sorted([*quiet, (899_000, 100_000), (900_000, 1_000)])
    spiked.remove((900_000, 1_000))
    assert settlement_ticks(spiked, AVERAGE_MS) - settlement_ticks(quiet, AVERAGE_MS) == 55


@pytest.mark.parametrize(
    "observations",
    [
        [],
        [(1, 100)],
        [(0, 100)],
        [(0, 100), (MAX_GAP_MS, 100)],
        [(at * MAX_GAP_MS, 100) for at in (0, 1, 2, 4, 5)],
    ],
)
def test_an_index_with_a_gap_settles_nothing(observations: list[tuple[int, int]]) -> None:
    with pytest.raises(IndexGapError):
        settlement_ticks(observations, AVERAGE_MS)


def test_exercise_by_hand() -> None:
    # In the money by three ticks of seven: 21 a lot.
    found = exercised(CALL, {"holder": 5, "writer": -3, "other": -2}, 103)
    assert found.amounts_minor == {"writer": -63, "other": -42, "holder": 105}
    assert exercised(CALL, {"holder": 5, "writer": -5}, 99).payoff_minor == 0


def test_what_a_writer_cannot_pay_is_taken_off_the_holders_in_proportion() -> None:
    found = exercised(CALL, {"a": 1, "b": 3, "writer": -4}, 103, {"writer": 40})
    assert found.amounts_minor == {"writer": -40, "a": 10, "b": 30}
    assert found.unpaid_minor == 44


@given(
    all_positions(),
    st.integers(1, 300),
    st.dictionaries(st.sampled_from(NAMES), st.integers(0, 10**6)),
)
def test_exercise_sums_to_zero(lots: dict[str, int], settled: int, payable: dict[str, int]) -> None:
    found = exercised(CALL, lots, settled, payable)
    assert sum(found.amounts_minor.values()) == 0
    for who, minor in found.amounts_minor.items():
        assert minor * lots[who] >= 0
        assert abs(minor) <= abs(lots[who]) * found.payoff_minor
