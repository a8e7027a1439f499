"""American quotes: freed of early exercise they say what European ones would have said."""

from functools import cache

import numpy as np
import pytest

from tests.zerodesk.pricing.surfaces.chains import (
    CARRY,
    EXPIRIES,
    RATE,
    SPOT,
    a_surface,
    find,
)
from zerodesk.pricing.american import american
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.surfaces.calibration import Calibration, calibrate
from zerodesk.pricing.surfaces.chain import OptionChain, QuoteUse
from zerodesk.pricing.surfaces.early_exercise import without_early_exercise

STRIKES = np.arange(60.0, 160.0, 5.0)
SOME = EXPIRIES[5::3]


@cache
def american_chain(half_spread: float = 0.005) -> OptionChain:
    """Quotes of American options at the volatilities of a known surface."""
    surface = a_surface()
    sign, strike, years = (
        axis.ravel() for axis in np.meshgrid([1.0, -1.0], STRIKES, SOME, indexing="ij")
    )
    volatility = surface.evaluate(sign, strike, years, ("volatility",))["volatility"]
    terms = (sign, SPOT, strike, years, RATE, CARRY, volatility)
    price = american(*terms, accuracy="fast")["price"]
    quoted = price > 4.0 * half_spread
    bid, ask = (price - half_spread)[quoted], (price + half_spread)[quoted]
    return OptionChain.of(sign[quoted], strike[quoted], years[quoted], bid, ask)


def fitted(chain: OptionChain, **options: object) -> Calibration:
    return calibrate(chain, underlying="XYZ", as_of="2026-11-02T16:00:00Z", **options)  # type: ignore[arg-type]


def test_the_surface_behind_american_quotes_is_found_again() -> None:
    chain, truth = american_chain(), a_surface()
    found = fitted(chain, exercise="american", rate=RATE, spot=SPOT)
    assert found.surface.forward == pytest.approx(truth.forward_at(SOME), rel=1e-5)
    at = (np.array([[80.0], [95.0], [110.0]]), SOME, ("volatility",))
    expected = truth.evaluate("put", *at)["volatility"]
    freed = np.abs(found.surface.evaluate("put", *at)["volatility"] - expected).max()
    assert freed < 5e-4
    # Taken as European the same quotes say something else.
    taken = fitted(chain, rate=RATE, spot=SPOT)
    assert np.abs(taken.surface.evaluate("put", *at)["volatility"] - expected).max() > 10.0 * freed


def test_rates_are_implied_from_european_equivalents() -> None:
    found = fitted(american_chain(), exercise="american", spot=SPOT)
    rates = -np.log(found.surface.discount) / SOME
    assert rates == pytest.approx(np.full(SOME.size, RATE), abs=2e-3)


def test_residuals_compare_american_prices_with_american_quotes() -> None:
    chain = american_chain()
    found = fitted(chain, exercise="american", rate=RATE, spot=SPOT)
    deep = find(chain, -1.0, 150.0, SOME[-1])
    assert found.use[deep] == QuoteUse.DEEP
    # 150 - 100: exercise is due, which no European price knows.
    assert chain.middle[deep] == pytest.approx(50.0, abs=0.5)
    assert found.model_price[deep] == pytest.approx(chain.middle[deep], abs=0.02)


def test_the_spread_is_freed_with_the_middle() -> None:
    chain = american_chain()
    freed = without_early_exercise(chain, rate=RATE, spot=SPOT)
    inside = np.isfinite(freed.chain.middle) & (np.abs(chain.strike / SPOT - 1.0) < 0.1)
    premium = (chain.middle - freed.chain.middle)[inside]
    assert premium.min() > -1e-6
    assert premium.max() > 0.1
    assert freed.chain.half_spread[inside] == pytest.approx(chain.half_spread[inside], rel=0.35)


@pytest.mark.parametrize("spot", [None, 0.95 * SPOT])
def test_a_spot_of_another_time_is_not_believed(spot: float | None) -> None:
    near = american_chain()
    keep = near.expiry_years < 0.3
    chain = OptionChain(*(getattr(near, name)[keep] for name in OptionChain.__slots__))
    freed = without_early_exercise(chain, rate=RATE, spot=spot)
    # The nearest forward, discounted: what dividends come before it is not known.
    assert freed.exercise.spot == pytest.approx(SPOT * np.exp(-CARRY * SOME[0]), rel=3e-4)
    assert without_early_exercise(chain, rate=RATE, spot=SPOT).exercise.spot == SPOT


def test_an_exercise_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(MalformedCallError, match="exercise: expected european or american"):
        fitted(american_chain(), exercise="bermudan")
