"""Volatility surfaces: fitted, or kept from before, and asked."""

from typing import Final, get_args

import numpy as np

from pricing_api.answers import column, refusing, valued
from zerodesk.pricing.surfaces.calibration import Calibration, NoSurfaceError, calibrate
from zerodesk.pricing.surfaces.chain import OptionChain
from zerodesk.pricing.surfaces.surface import VolatilitySurface
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.pricing import (
    MAX_EXPIRIES,
    AskSurface,
    FitSurface,
    FittedQuotes,
    QuoteUse,
    Surface,
    UsedSurface,
    UseSurface,
    ValuedOptions,
)
from zerodesk_aws.entry import count

USES: Final[tuple[QuoteUse, ...]] = get_args(QuoteUse)
"""By their number in the library."""


def used(asked: UseSurface) -> UsedSurface:
    """Return the surface, how it fits, and what was asked of it.

    Raises
    ------
    ProblemError
        INTAKE_BAD_VALUE: no surface fits the quotes, or the one given has arbitrage.
    """
    quotes = None
    if asked.fit is not None:
        calibration = _fitted(asked.fit)
        surface, quotes = calibration.surface, _quotes(calibration)
        count("SurfacesFitted")
    else:
        assert asked.surface is not None, "the contract wants one of them"
        surface = _kept(asked.surface)
    return UsedSurface(
        surface=Surface.model_validate(surface.to_dict()),
        quotes=quotes,
        values=None if asked.ask is None else _asked(surface, asked.ask),
    )


def _fitted(fit: FitSurface) -> Calibration:
    quotes = fit.quotes
    expiries = np.unique(np.asarray(quotes.expiry_years, np.float64)).size
    if expiries > MAX_EXPIRIES:
        rule = f"at most {MAX_EXPIRIES} different ones"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "fit.quotes.expiry_years", f"{expiries}", rule)
    with refusing("fit.quotes."):
        chain = OptionChain.of(
            quotes.option_type, quotes.strike, quotes.expiry_years, quotes.bid, quotes.ask
        )
    try:
        with refusing("fit."):
            return calibrate(
                chain,
                underlying=fit.underlying,
                as_of=fit.as_of,
                model=fit.model,
                rate=fit.rate,
                spot=fit.spot,
                exercise=fit.exercise,
            )
    except NoSurfaceError as error:
        rule = "an expiry with a call and a put of one strike, and two usable strikes"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "fit.quotes", str(error), rule) from error


def _kept(surface: Surface) -> VolatilitySurface:
    with refusing("surface."):
        return VolatilitySurface.from_dict(surface.model_dump(mode="json"))


def _quotes(calibration: Calibration) -> FittedQuotes:
    total = calibration.use.size
    misfit = calibration.misfit(calibration.is_used)
    return FittedQuotes(
        use=tuple(USES[use] for use in calibration.use.tolist()),
        volatility=column(calibration.volatility, total),
        surface_volatility=column(calibration.model_volatility, total),
        surface_price=column(calibration.model_price, total),
        median_half_spreads=None if np.isnan(misfit.half_spreads) else misfit.half_spreads,
        share_within_bid_and_ask=misfit.share_within_bid_and_ask,
    )


def _asked(surface: VolatilitySurface, ask: AskSurface) -> ValuedOptions:
    with refusing("ask."):
        results = surface.evaluate(ask.option_type, ask.strike, ask.expiry_years, ask.outputs)
    count("OptionsPriced", ask.count)
    return valued(results, ask.count)
