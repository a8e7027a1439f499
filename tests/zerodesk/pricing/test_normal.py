"""The normal distribution, against libm's erfc and digits computed with 50 places."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zerodesk.pricing.normal import cdf, erfc, inverse_cdf, mills_ratio, pdf

ULP = 2.0**-52


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (-1.0, 0.15865525393145705),
        (-5.0, 2.8665157187919391e-07),
        (-10.0, 7.6198530241605261e-24),
        (-20.0, 2.7536241186062337e-89),
        (-37.0, 5.7255712225245768e-300),
        (1.0, 0.84134474606854295),
        (9.0, 1.0),
    ],
)
def test_the_distribution_function_keeps_its_digits_in_the_tail(x: float, expected: float) -> None:
    assert cdf(x) == pytest.approx(expected, rel=6 * ULP, abs=0.0)


@given(st.floats(-6.0, 26.0))
def test_erfc_is_within_six_places_of_libm(x: float) -> None:
    assert erfc(x) == pytest.approx(math.erfc(x), rel=6 * ULP, abs=0.0)


@given(st.floats(0.0, 40.0))
def test_the_mills_ratio_lies_between_its_bounds(x: float) -> None:
    # Gordon (1941) below, Birnbaum (1942) above; both meet it at infinity.
    ratio = float(mills_ratio(np.asarray(x)))
    assert x / (x * x + 1.0) <= ratio * (1.0 + 8 * ULP)
    assert ratio <= 4.0 / (3.0 * x + math.sqrt(x * x + 8.0)) * (1.0 + 8 * ULP)


@given(st.floats(-8.0, 8.0))
def test_both_sides_make_one(x: float) -> None:
    assert cdf(x) + cdf(-x) == pytest.approx(1.0, rel=2 * ULP)


def test_infinities_and_nan_pass_through() -> None:
    edges = np.array([-np.inf, np.inf, np.nan])
    assert np.array_equal(cdf(edges), [0.0, 1.0, np.nan], equal_nan=True)
    assert np.array_equal(erfc(edges), [2.0, 0.0, np.nan], equal_nan=True)
    assert np.array_equal(pdf(edges), [0.0, 0.0, np.nan], equal_nan=True)


@given(st.floats(1e-300, 0.5))
def test_the_inverse_inverts_with_relative_accuracy(probability: float) -> None:
    x = float(inverse_cdf(probability))
    # A place of x moves the probability by x^2 places, whatever the algorithm.
    assert cdf(x) == pytest.approx(probability, rel=(8 + 2 * x * x) * ULP, abs=0.0)


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.975, 1.95996398454005424),
        (0.001, -3.09023230616781354),
        (1e-10, -6.36134090240406250),
        (1e-300, -37.0470962993611992),
    ],
)
def test_known_quantiles(probability: float, expected: float) -> None:
    assert inverse_cdf(probability) == pytest.approx(expected, rel=8 * ULP, abs=0.0)


def test_the_inverse_has_no_answer_outside_zero_to_one() -> None:
    assert np.array_equal(
        inverse_cdf([-0.1, 0.0, 0.5, 1.0, 1.1, np.nan]),
        [np.nan, -np.inf, 0.0, np.inf, np.nan, np.nan],
        equal_nan=True,
    )
