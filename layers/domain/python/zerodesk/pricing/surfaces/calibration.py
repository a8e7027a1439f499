"""From a chain as quoted to a surface, with an account of every quote."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from zerodesk.pricing.batch import FloatArray, MalformedCallError
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.implied_volatility import implied_volatility
from zerodesk.pricing.surfaces.chain import OptionChain, QuoteUse
from zerodesk.pricing.surfaces.charts import Chart, EssviChart, SsviChart
from zerodesk.pricing.surfaces.early_exercise import (
    EXERCISES,
    LEAST_RATE,
    without_early_exercise,
)
from zerodesk.pricing.surfaces.essvi import EssviSurface
from zerodesk.pricing.surfaces.mixture import MixtureSurface
from zerodesk.pricing.surfaces.mixture_fit import SECOND_SHARE, fit_mixture
from zerodesk.pricing.surfaces.parity import Carry, imply_carry
from zerodesk.pricing.surfaces.smile_fit import SmileQuotes, fit_chart
from zerodesk.pricing.surfaces.surface import Provenance, VolatilitySurface

if TYPE_CHECKING:
    from zerodesk.pricing.surfaces.smile import VarianceSurface

AUTO: Final = "auto"
"""The model that a chain needs."""
MIXTURE: Final = "mixture"
CHARTS: Final[dict[str, type[EssviChart] | type[SsviChart]]] = {
    "essvi": EssviChart,
    "ssvi": SsviChart,
}
MODELS: Final = (AUTO, *CHARTS, MIXTURE)
LEAST_STRIKES: Final = 2
"""An expiry with fewer says nothing of its smile."""

# A median of errors, in half spreads, that one surface may leave before a second is mixed in.
_NEAR_ENOUGH: Final = 1.0
# No quote counts as more exact than this, relative to its volatility.
_LEAST_ERROR: Final = 2e-4
# A quote is off the smile if it is so many errors, and so many deviations of its expiry, away from
# the median of itself and its two neighbours on each side.
_OFF_ERRORS: Final = 4.0
_OFF_DEVIATIONS: Final = 6.0
_NEIGHBOURS: Final = 2
# What is listed is never as volatile as that, an hour before its expiry excepted.
_GREATEST: Final = 10.0
# A spread says nothing of a volatility that it leaves open by more than this share of it.
_WIDEST: Final = 0.5
# In the money a price is mostly intrinsic value, and its time value mostly noise.
_WIDEST_IN_THE_MONEY: Final = 0.05
_MEDIAN_DEVIATION: Final = 0.6745


class NoSurfaceError(ValueError):
    """No expiry of the chain can be used; the text says what became of the quotes."""


class Misfit(NamedTuple):
    """How far a surface is from quotes: medians of the distance from their middles, and a share."""

    volatility: float
    half_spreads: float
    share_within_bid_and_ask: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A surface and what became of each quote, shape (n,)."""

    surface: VolatilitySurface
    carry: Carry
    chain: OptionChain
    """As quoted."""
    spot: float | None
    """With which early exercise was priced; None of European options."""
    use: NDArray[np.int8]
    """A `QuoteUse` each."""
    moneyness: FloatArray
    """ln(strike / forward); NaN without a forward."""
    volatility: FloatArray
    """Of the middle; NaN without an answer."""
    bid_volatility: FloatArray
    ask_volatility: FloatArray
    model_volatility: FloatArray
    model_price: FloatArray
    """Of the option as it is quoted, with its right of early exercise."""

    @property
    def residual(self) -> FloatArray:
        """Return by how much the surface is above each quote's middle, in volatility."""
        return self.model_volatility - self.volatility

    @property
    def residual_half_spreads(self) -> FloatArray:
        """Return by how much the surface's price is above the middle, in halves of the spread."""
        with np.errstate(all="ignore"):
            return (self.model_price - self.chain.middle) / self.chain.half_spread

    @property
    def is_within_bid_and_ask(self) -> NDArray[np.bool_]:
        """Return for which quotes the surface's price is one that somebody would trade at."""
        price, chain = self.model_price, self.chain
        within: NDArray[np.bool_] = (price >= chain.bid) & (price <= chain.ask)
        return within

    def misfit(self, chosen: NDArray[np.bool_]) -> "Misfit":
        """Return how far the surface is from some quotes with a volatility, one at least."""
        half_spreads = np.abs(self.residual_half_spreads[chosen])
        # Where bid is ask there is no spread to tell it in.
        told = half_spreads[np.isfinite(half_spreads)]
        return Misfit(
            volatility=float(np.median(np.abs(self.residual[chosen]))),
            half_spreads=float(np.median(told)) if told.size else np.nan,
            share_within_bid_and_ask=float(np.mean(self.is_within_bid_and_ask[chosen])),
        )

    @property
    def is_used(self) -> NDArray[np.bool_]:
        """Return which quotes the surface was fitted to."""
        used: NDArray[np.bool_] = self.use == QuoteUse.USED
        return used


@np.errstate(all="ignore")  # quotes that are no numbers have a reason, and warn nobody
def calibrate(
    chain: OptionChain,
    *,
    underlying: str,
    as_of: str,
    model: str = AUTO,
    rate: float | None = None,
    spot: float | None = None,
    exercise: str = "european",
) -> Calibration:
    """Return the surface that fits a chain best, without arbitrage.

    Parameters
    ----------
    chain
        Quotes with bids and asks.
    underlying, as_of
        Kept with the surface: a name, and the time of the quotes, ISO 8601.
    model
        ``"essvi"``, a skew for each expiry; ``"ssvi"``, one for all; ``"mixture"``, prices shared
        between two of the first; or ``"auto"``: eSSVI where the median of its residuals is within
        bid and ask, else the mixture. The surface's provenance says which it is.
    rate
        For discounting, continuously compounded, per year; None implies it from the chain.
    spot
        The underlying's price, if it is known, even roughly: it tells adjusted contracts apart.
    exercise
        ``"european"`` or ``"american"``: then the quotes are freed of early exercise first, see
        `zerodesk.pricing.surfaces.early_exercise`, and compared with American prices.

    Returns
    -------
    Calibration
        The surface; forwards and discounts by expiry; and for each quote, shape (n,), its use,
        volatilities, and what the surface says of it.

    Raises
    ------
    MalformedCallError
        A model or exercise that does not exist.
    NoSurfaceError
        No expiry has a forward and two strikes that can be used.

    Notes
    -----
    Of each strike the side out of the money is used, if it has a quote, else the other if that is
    narrow enough. A quote's error is half
    its spread, told in total variance. What is off the smile of its neighbours is named and left
    out, and the rest fitted again.

    References
    ----------
    Mingone (2022), "No arbitrage global parametrization for the eSSVI volatility surface",
    Quantitative Finance 22(12), 2205-2217.

    Examples
    --------
    >>> strikes = np.array([80.0, 90.0, 100.0, 110.0, 120.0])
    >>> types = np.repeat(["call", "put"], 5)
    >>> middle = np.concatenate(
    ...     [black76(kind, 100.0, strikes, 0.5, 0.0, 0.2)["price"] for kind in ("call", "put")]
    ... )
    >>> chain = OptionChain.of(types, np.tile(strikes, 2), 0.5, middle - 0.01, middle + 0.01)
    >>> found = calibrate(chain, underlying="XYZ", as_of="2026-11-02T16:00:00Z")
    >>> found.surface.evaluate("put", 95.0, 0.5, ("volatility",))["volatility"].round(2)
    np.float64(0.2)
    """
    if model not in MODELS:
        raise MalformedCallError(f"model: expected {' or '.join(MODELS)}, was {model!r}")
    if exercise not in EXERCISES:
        raise MalformedCallError(f"exercise: expected {' or '.join(EXERCISES)}, was {exercise!r}")
    freed = None
    european, use, least_rate = chain, chain.screened(), -np.inf
    if exercise == "american":
        freed = without_early_exercise(chain, rate=rate, spot=spot)
        european, use, least_rate = freed.chain, freed.use, LEAST_RATE
    carry, use = imply_carry(european, use, rate=rate, least_rate=least_rate, spot=spot)
    forward, discount, _ = carry.of(chain.expiry_years)
    quoted = _Quoted(european, forward, discount)
    use = quoted.without_twins(quoted.without_volatility(use))
    use = _without_lonely(chain, use)
    chart = CHARTS.get(model, EssviChart)
    quotes, single = _fit(chart, chain, quoted, use)
    off = _off_smile(chain, quoted, use, single)
    if off.size:
        use[off] = QuoteUse.OFF_SMILE
        use = _without_lonely(chain, use)
        quotes, single = _fit(chart, chain, quoted, use)
    variance: VarianceSurface = single
    if model == MIXTURE or (model == AUTO and _median_error(single, quotes) > _NEAR_ENOUGH):
        variance, model = _mixed(single, quotes), MIXTURE
    elif model == AUTO:
        model = "essvi"
    kept = np.isin(carry.expiry_years, variance.expiry_years)
    provenance = Provenance(underlying, as_of, model, inputs_sha256(chain))
    surface = VolatilitySurface(variance, carry.forward[kept], carry.discount[kept], provenance)
    answers = surface.evaluate(
        chain.sign, chain.strike, chain.expiry_years, ("volatility", "price")
    )
    volatility, price = answers["volatility"], answers["price"]
    if freed is not None:
        price = freed.exercise.american_price(volatility)
    return Calibration(
        surface,
        carry,
        chain,
        None if freed is None else freed.exercise.spot,
        use,
        quoted.moneyness,
        quoted.volatility,
        quoted.implied(european.bid),
        quoted.implied(european.ask),
        volatility,
        price,
    )


def inputs_sha256(chain: OptionChain) -> str:
    """Return the hash of all quotes in their order, which a surface carries.

    Examples
    --------
    >>> inputs_sha256(OptionChain.of("call", 100.0, 0.5, 5.0, 5.2))[:8]
    '5032f0d7'
    """
    digest = hashlib.sha256()
    for column in (chain.sign, chain.strike, chain.expiry_years, chain.bid, chain.ask):
        digest.update(np.ascontiguousarray(column, "<f8").tobytes())
    return digest.hexdigest()


class _Quoted:
    """Volatilities of a chain whose forwards are known."""

    def __init__(self, chain: OptionChain, forward: FloatArray, discount: FloatArray) -> None:
        self.chain, self.forward, self.discount = chain, forward, discount
        self.moneyness = np.log(chain.strike / forward)
        self.in_the_money = chain.sign * (forward - chain.strike) > 0.0
        self.volatility = self.implied(chain.middle)
        rate = -np.log(discount) / chain.expiry_years
        vega = black76(
            chain.sign,
            forward,
            chain.strike,
            chain.expiry_years,
            rate,
            self.volatility,
            ("vega",),
        )["vega"]
        self.error = np.maximum(chain.half_spread / vega, _LEAST_ERROR * self.volatility)
        self.variance = self.volatility**2 * chain.expiry_years
        self.weight = 1.0 / (2.0 * self.volatility * chain.expiry_years * self.error)

    def implied(self, price: FloatArray) -> FloatArray:
        chain = self.chain
        return implied_volatility(
            chain.sign, price, self.forward, chain.strike, chain.expiry_years, self.discount
        ).volatility

    def without_volatility(self, use: NDArray[np.int8]) -> NDArray[np.int8]:
        use = use.copy()
        nothing = ~(np.isfinite(self.volatility) & np.isfinite(self.weight) & (self.weight > 0.0))
        nothing |= self.volatility > _GREATEST
        use[(use == QuoteUse.USED) & nothing] = QuoteUse.NO_VOLATILITY
        widest = np.where(self.in_the_money, _WIDEST_IN_THE_MONEY, _WIDEST)
        use[(use == QuoteUse.USED) & (self.error > widest * self.volatility)] = QuoteUse.TOO_WIDE
        return use

    def without_twins(self, use: NDArray[np.int8]) -> NDArray[np.int8]:
        """Leave of each strike the side out of the money, or the one that there is."""
        use = use.copy()
        chain = self.chain
        usable = np.flatnonzero(use == QuoteUse.USED)
        order = usable[
            np.lexsort(
                (self.in_the_money[usable], chain.strike[usable], chain.expiry_years[usable])
            )
        ]
        strike, years = chain.strike[order], chain.expiry_years[order]
        again = (np.diff(strike, prepend=np.nan) == 0.0) & (np.diff(years, prepend=np.nan) == 0.0)
        use[order[again]] = QuoteUse.OTHER_SIDE
        return use


def _without_lonely(chain: OptionChain, use: NDArray[np.int8]) -> NDArray[np.int8]:
    use = use.copy()
    used = use == QuoteUse.USED
    expiries, counts = np.unique(chain.expiry_years[used], return_counts=True)
    lonely = expiries[counts < LEAST_STRIKES]
    use[used & np.isin(chain.expiry_years, lonely)] = QuoteUse.TOO_FEW
    return use


def _fit(
    chart: type[EssviChart] | type[SsviChart],
    chain: OptionChain,
    quoted: _Quoted,
    use: NDArray[np.int8],
) -> tuple[SmileQuotes, EssviSurface]:
    """Return the quotes that are used, and their surface."""
    used = use == QuoteUse.USED
    expiries = np.unique(chain.expiry_years[used])
    if expiries.size == 0:
        kinds, counts = np.unique(use, return_counts=True)
        told = (f"{n} {QuoteUse(kind).name}" for kind, n in zip(kinds, counts, strict=True))
        raise NoSurfaceError(f"no expiry has a forward and two usable strikes: {', '.join(told)}")
    rows = [np.flatnonzero(used & (chain.expiry_years == years)) for years in expiries]
    quotes = SmileQuotes.of(
        [(quoted.moneyness[row], quoted.variance[row], quoted.weight[row]) for row in rows]
    )
    made: Chart = chart(expiries.size)
    return quotes, EssviSurface(expiries, fit_chart(made, quotes).slices)


def _median_error(variance: EssviSurface, quotes: SmileQuotes) -> float:
    """Return the median of the errors, in halves of the spread."""
    model = variance.total_variance(quotes.moneyness, variance.expiry_years[:, None])
    error = np.abs(model - quotes.variance) * quotes.weight
    return float(np.median(error[quotes.weight > 0.0]))


def _mixed(single: EssviSurface, quotes: SmileQuotes) -> MixtureSurface:
    found = fit_mixture(single.slices, quotes)
    first, second = (
        EssviSurface(single.expiry_years, slices) for slices in (found.first, found.second)
    )
    return MixtureSurface(first, second, SECOND_SHARE)


def _off_smile(
    chain: OptionChain, quoted: _Quoted, use: NDArray[np.int8], variance: EssviSurface
) -> NDArray[np.int64]:
    """Return which quotes contradict their neighbours, whether or not the model meets these."""
    found = [np.empty(0, np.int64)]
    used = use == QuoteUse.USED
    for years in variance.expiry_years:
        row = np.flatnonzero(used & (chain.expiry_years == years))
        row = row[np.argsort(chain.strike[row])]
        model = variance.total_variance(quoted.moneyness[row], years)
        error = (quoted.variance[row] - model) * quoted.weight[row]
        apart = np.abs(error - _running_median(error))
        deviation = np.median(apart) / _MEDIAN_DEVIATION
        found.append(row[apart > np.maximum(_OFF_DEVIATIONS * deviation, _OFF_ERRORS)])
    return np.concatenate(found)


def _running_median(values: FloatArray) -> FloatArray:
    padded = np.pad(values, _NEIGHBOURS, mode="reflect" if values.size > _NEIGHBOURS else "edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _NEIGHBOURS + 1)
    return np.median(windows, axis=1)
