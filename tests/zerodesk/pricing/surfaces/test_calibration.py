"""From quotes to a surface: exact on its own kind, near on noise, and every quote accounted for."""

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from tests.zerodesk.pricing.surfaces.chains import (
    EXPIRIES,
    RATE,
    SPOT,
    a_chain,
    a_surface,
    find,
    with_quote,
)
from zerodesk.pricing.batch import MalformedCallError
from zerodesk.pricing.surfaces.arbitrage import has_butterfly_arbitrage, has_calendar_arbitrage
from zerodesk.pricing.surfaces.calibration import (
    Calibration,
    NoSurfaceError,
    calibrate,
    inputs_sha256,
)
from zerodesk.pricing.surfaces.chain import EXPLANATIONS, OptionChain, QuoteUse
from zerodesk.pricing.surfaces.essvi import EssviSurface, Slices
from zerodesk.pricing.surfaces.parity import imply_carry
from zerodesk.pricing.surfaces.surface import VolatilitySurface


def fitted(chain: OptionChain, **options: Any) -> Calibration:
    return calibrate(chain, underlying="XYZ", as_of="2026-11-02T16:00:00Z", **options)


def slices_of(surface: VolatilitySurface) -> Slices:
    assert isinstance(surface.variance, EssviSurface)
    return surface.variance.slices


def test_the_surface_that_made_a_chain_is_found_again() -> None:
    made = a_chain(half_spread=1e-4)
    found = fitted(made.chain)
    truth, slices = slices_of(made.surface), slices_of(found.surface)
    assert found.surface.forward == pytest.approx(made.surface.forward, rel=1e-8)
    assert found.surface.discount == pytest.approx(made.surface.discount, rel=1e-5)
    assert slices.theta == pytest.approx(truth.theta, rel=1e-4)
    assert slices.rho == pytest.approx(truth.rho, abs=2e-3)
    assert slices.psi == pytest.approx(truth.psi, rel=2e-3)


@pytest.mark.parametrize("model", ["essvi", "ssvi"])
def test_noise_within_the_spread_leaves_the_median_within_it(model: str) -> None:
    found = fitted(a_chain(noise=0.5).chain, model=model)
    used = np.abs(found.residual_half_spreads[found.is_used])
    assert np.median(used) < 1.0
    slices = slices_of(found.surface)
    made = [slices.svi(i) for i in range(EXPIRIES.size)]
    assert not any(has_butterfly_arbitrage(svi) for svi in made)
    assert not any(has_calendar_arbitrage(*pair) for pair in pairwise(made))


def test_each_strike_counts_once_by_the_side_out_of_the_money() -> None:
    found = fitted(a_chain().chain)
    chain = found.chain
    used = found.is_used
    other = found.use == QuoteUse.OTHER_SIDE
    assert np.all(chain.sign[other] * found.moneyness[other] <= 0.0)
    keys = list(zip(chain.strike[used], chain.expiry_years[used], strict=True))
    assert len(set(keys)) == len(keys)
    # In the money only where nobody quotes the other side.
    for index in np.flatnonzero(used & (chain.sign * found.moneyness < 0.0)):
        here = (chain.strike == chain.strike[index]) & (
            chain.expiry_years == chain.expiry_years[index]
        )
        assert here.sum() == 1


@pytest.mark.parametrize(
    ("bid", "ask", "use"),
    [
        (0.0, 3.0, QuoteUse.NO_BID),
        (math.nan, 3.0, QuoteUse.NO_BID),
        (math.nan, math.nan, QuoteUse.NO_BID),
        (0.0, 0.0, QuoteUse.NO_BID),
        (-1.0, 3.0, QuoteUse.NO_BID),
        (2.0, math.nan, QuoteUse.NOT_A_NUMBER),
        (2.0, 0.0, QuoteUse.NOT_A_NUMBER),
        (4.0, 3.0, QuoteUse.CROSSED),
        (2.0, math.inf, QuoteUse.NOT_A_NUMBER),
        (math.inf, math.inf, QuoteUse.NOT_A_NUMBER),
        (150.0, 150.1, QuoteUse.NO_VOLATILITY),
        (6.0, 6.04, QuoteUse.OFF_SMILE),
        (0.05, 9.0, QuoteUse.TOO_WIDE),
    ],
)
def test_a_quote_that_cannot_be_used_is_named_and_moves_nothing(
    bid: float, ask: float, use: QuoteUse
) -> None:
    chain = a_chain(noise=0.3).chain
    index = find(chain, -1.0, 92.0, EXPIRIES[6])
    before = fitted(chain)
    after = fitted(with_quote(chain, index, bid, ask))
    assert before.use[index] == QuoteUse.USED
    assert after.use[index] == use
    assert use in EXPLANATIONS
    at = ([90.0, 92.0, 94.0], EXPIRIES[6], ("volatility",))
    moved = before.surface.evaluate("put", *at)["volatility"]
    assert after.surface.evaluate("put", *at)["volatility"] == pytest.approx(moved, abs=2e-4)


def test_a_pair_off_parity_is_named_by_its_side_in_the_money() -> None:
    chain = a_chain(noise=0.3).chain
    index = find(chain, -1.0, 110.0, EXPIRIES[7])
    middle = chain.middle[index] + 1.5
    found = fitted(with_quote(chain, index, middle - 0.02, middle + 0.02))
    assert found.use[index] == QuoteUse.OFF_PARITY
    assert found.use[find(chain, 1.0, 110.0, EXPIRIES[7])] == QuoteUse.USED


def test_contracts_on_something_else_are_told_apart_by_the_spot() -> None:
    chain = a_chain().chain
    before_a_split = OptionChain(
        *(
            np.concatenate([column, column * factor])
            for column, factor in zip(
                (chain.sign, chain.strike, chain.expiry_years, chain.bid, chain.ask),
                (1.0, 7.0, 1.0, 7.0, 7.0),
                strict=True,
            )
        )
    )
    found = fitted(before_a_split, spot=93.0)
    size = chain.strike.size
    assert np.all(found.use[size:] != QuoteUse.USED)
    assert QuoteUse.OTHER_UNDERLYING in found.use[size:]
    assert QuoteUse.OTHER_UNDERLYING not in found.use[:size]
    assert found.surface.forward == pytest.approx(a_surface().forward, rel=1e-4)


def test_expired_and_lonely_quotes_are_left_out_by_name() -> None:
    chain = OptionChain.of(
        ["call", "put", "call", "put", "call", "put", "call"],
        [100.0, 100.0, 110.0, 90.0, 100.0, 100.0, 100.0],
        [0.5, 0.5, 0.5, 0.5, -0.1, 1.0, 2.0],
        [5.9, 4.9, 2.4, 1.7, 5.0, 6.0, 9.0],
        [6.1, 5.1, 2.6, 1.8, 5.2, 6.2, 9.2],
    )
    found = fitted(chain, rate=0.02)
    assert [QuoteUse(use).name for use in found.use] == [
        *("OTHER_SIDE", "USED", "USED", "USED"),
        *("EXPIRED", "NO_FORWARD", "NO_FORWARD"),
    ]
    assert found.surface.variance.expiry_years.tolist() == [0.5]


def test_an_expiry_with_one_strike_says_nothing_of_a_smile() -> None:
    both = a_chain().chain
    here = (both.expiry_years != EXPIRIES[3]) | (both.strike == 100.0)
    chain = OptionChain(
        *(
            column[here]
            for column in (both.sign, both.strike, both.expiry_years, both.bid, both.ask)
        )
    )
    found = fitted(chain)
    assert QuoteUse.TOO_FEW in found.use
    assert EXPIRIES[3] not in found.surface.variance.expiry_years
    assert found.surface.forward.size == EXPIRIES.size - 1


def test_a_chain_without_any_pair_is_no_surface_and_says_why() -> None:
    chain = OptionChain.of("call", [90.0, 100.0, 110.0], 0.5, [11.0, 5.0, 2.0], [11.2, 5.2, 2.2])
    with pytest.raises(NoSurfaceError, match="3 NO_FORWARD"):
        fitted(chain)
    with pytest.raises(NoSurfaceError, match="1 NOT_A_NUMBER"):
        fitted(OptionChain.of("call", math.nan, 0.5, 1.0, 2.0))


def test_rates_are_pooled_where_an_expiry_says_little_of_its_own() -> None:
    chain = a_chain(noise=1.0, half_spread=0.05).chain
    carry, _ = imply_carry(chain, chain.screened())
    rates = -np.log(carry.discount) / carry.expiry_years
    # Four days away a middle wrong by a twentieth is a rate wrong by several percent.
    assert rates == pytest.approx(np.full(EXPIRIES.size, RATE), abs=0.004)
    assert carry.forward == pytest.approx(a_surface().forward, abs=0.1)
    given, _ = imply_carry(chain, chain.screened(), rate=0.03)
    assert given.discount == pytest.approx(np.exp(-0.03 * EXPIRIES))


def test_calls_and_puts_that_contradict_each_other_wildly_still_have_a_forward() -> None:
    chain = a_chain().chain
    index = find(chain, 1.0, 100.0, EXPIRIES[0])
    odd = with_quote(chain, index, 40.0, 40.1)
    carry, use = imply_carry(odd, odd.screened(), spot=SPOT)
    assert carry.forward[0] == pytest.approx(a_surface().forward[0], rel=1e-3)
    assert use[index] in (QuoteUse.OFF_PARITY, QuoteUse.USED)


def test_the_hash_is_of_every_quote() -> None:
    chain = a_chain().chain
    assert inputs_sha256(chain) == inputs_sha256(a_chain().chain)
    changed = with_quote(chain, 7, chain.bid[7], chain.ask[7] + 0.01)
    assert inputs_sha256(changed) != inputs_sha256(chain)
    found = fitted(chain)
    assert found.surface.provenance.inputs_sha256 == inputs_sha256(chain)


def test_a_surface_is_small_when_kept() -> None:
    document = json.dumps(fitted(a_chain().chain).surface.to_dict())
    assert len(document) < 250 * EXPIRIES.size


@pytest.mark.parametrize(
    ("quotes", "message"),
    [
        (([], [], [], [], []), "quotes: expected a list of 1 to"),
        ((["call", "put"], [100.0, 90.0, 80.0], 0.5, 1.0, 2.0), "quotes: shapes do not broadcast"),
        (("straddle", 100.0, 0.5, 1.0, 2.0), "option_type: expected call or put"),
        (("call", "100", 0.5, 1.0, 2.0), "strike: expected real numbers"),
    ],
)
def test_what_is_no_chain_is_refused_by_name(quotes: tuple[object, ...], message: str) -> None:
    with pytest.raises(MalformedCallError, match=message):
        OptionChain.of(*quotes)  # type: ignore[arg-type]


def test_a_model_that_does_not_exist_is_refused() -> None:
    with pytest.raises(
        MalformedCallError, match="model: expected auto or essvi or ssvi or mixture, was 'sabr'"
    ):
        fitted(a_chain().chain, model="sabr")
