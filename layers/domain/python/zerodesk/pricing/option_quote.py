"""The quote of an option: fair value, Greeks, collar, fees, and the risk array, off a surface.

The surface is of some minutes ago, the mark is of now. In between the smile is taken to move with
the underlying: forwards grow as the mark did, and volatilities stay with their moneyness.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

import numpy as np

from zerodesk.instruments import Market, Product
from zerodesk.money import BASIS_POINTS, MAX_EXACT, share_bps
from zerodesk.options import OptionTerms
from zerodesk.orders import Side
from zerodesk.pricing.batch import FloatArray
from zerodesk.pricing.black_scholes import black76
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.pricing.order_quote import (
    Collar,
    Quote,
    collar_around,
    outside_collar,
    too_large,
)
from zerodesk.pricing.surfaces.surface import VolatilitySurface
from zerodesk.rejections import Rejection, RejectionCode
from zerodesk.risk.scenarios import RANGES, SCENARIOS, ScanRanges

GREEKS: Final = ("delta", "gamma", "vega", "theta", "rho")
YEAR_MS: Final = 365 * 24 * 3_600_000
LEAST_COLLAR_TICKS: Final = 10
"""To either side: a share of next to nothing is no room to trade in."""
GREEK_DIGITS: Final = 12


@dataclass(frozen=True, slots=True)
class MarketSurface:
    """A surface as it was published: of a time, and of the spot at that time."""

    surface: VolatilitySurface
    as_of_ms: int
    spot: Decimal


@dataclass(frozen=True, slots=True)
class OptionQuote:
    """What pricing answers for an order of an option.

    Prices in ticks, amounts in minor units of the quote currency; fair value, Greeks, forward and
    volatility as decimal strings, per unit of the underlying. ``need_minor`` is the most that
    buying could cost, fee included; of a listed option also what is held for selling, beyond which
    the seller needs margin, from the risk array.
    """

    fair_value: str
    mark_price_ticks: int
    collar: Collar
    worst_price_ticks: int
    need_minor: int
    estimated_fee_minor: int
    maker_bps: int
    taker_bps: int
    forward: str
    volatility: str
    greeks: dict[str, str]
    risk_array_minor: tuple[int, ...]
    """Profit and loss of one lot held long, in each of `SCENARIOS`."""

    def to_dict(self) -> dict[str, Any]:
        """Return the quote as JSON-able values."""
        return asdict(self)


class _Valued(NamedTuple):
    """An option in numbers, per unit of the underlying."""

    forward: float
    volatility: float
    figures: dict[str, float]
    profits: FloatArray


def quote_option(
    market: Market,
    terms: OptionTerms,
    published: MarketSurface,
    *,
    mark_price_ticks: int,
    now_ms: int,
    side: Side,
    price_ticks: int | None,
    quantity_lots: int,
    ranges: ScanRanges = RANGES,
    underlying: Market | None = None,
) -> OptionQuote | Rejection:
    """Return the quote of an order of an option, or why it is refused.

    Parameters
    ----------
    market
        For steps, fees and the collar: the option's listing, or the underlying's where it has none.
    terms
        The option.
    published
        The surface, rates in its discounts.
    mark_price_ticks
        The underlying's mark now.
    now_ms
        Milliseconds since 1970.
    side, price_ticks, quantity_lots
        The order, as for `zerodesk.pricing.order_quote.quote_quantity`.
    ranges
        Of the scenarios of the risk array.
    underlying
        The market whose ticks the mark is in; ``market`` where it is not given.

    Returns
    -------
    OptionQuote or Rejection
        PRICING_NO_MARK: it has expired. PRICING_COLLAR: the price is outside the collar.
        PRICING_ORDER_TOO_LARGE: it is worth more than integers keep exactly everywhere.

    Raises
    ------
    MalformedCallError
        The option is neither call nor put.

    References
    ----------
    Black (1976), "The pricing of commodity contracts", Journal of Financial Economics 3, 167-179;
    CME Group, "Standard Portfolio Analysis of Risk", for scenarios and their weights.

    Examples
    --------
    >>> from zerodesk.listings import list_market
    >>> from zerodesk.options import OptionTerms
    >>> from zerodesk.pricing.surfaces.essvi import EssviSurface, Slices
    >>> from zerodesk.pricing.surfaces.surface import Provenance
    >>> market = list_market(
    ...     symbol="BTC-USD", tick_size=Decimal("0.01"), lot_size=Decimal("0.0001"),
    ...     min_notional=Decimal(1), max_quantity=Decimal(100), maker_bps=2, taker_bps=5,
    ...     collar_bps=500, reference_price=Decimal(60000))
    >>> one = np.array([1.0])
    >>> variance = EssviSurface(one, Slices(0.36 * one, -0.2 * one, 0.5 * one))
    >>> origin = Provenance("BTC", "", "essvi", "")
    >>> surface = VolatilitySurface(variance, 60000.0 * one, one, origin)
    >>> quote = quote_option(
    ...     market, OptionTerms("call", Decimal(60000), YEAR_MS),
    ...     MarketSurface(surface, 0, Decimal(60000)), mark_price_ticks=6_000_000, now_ms=0,
    ...     side=Side.BUY, price_ticks=None, quantity_lots=1)
    >>> quote.mark_price_ticks, quote.volatility, quote.risk_array_minor[:2]
    (1414937, '0.6', (339100, -346813))
    """
    priced = market if underlying is None else underlying
    mark = mark_price_ticks * priced.tick_units / 10**priced.tick_digits
    valued = _value(terms, published, mark, now_ms, ranges)
    if valued is None:
        return Rejection(RejectionCode.PRICING_NO_MARK, "the option has no value: it has expired")
    tick = market.tick_units / 10**market.tick_digits
    fair = valued.figures["price"]
    fair_ticks = max(1, round(fair / tick))
    collar = _collar(fair_ticks, market.collar_bps)
    worst_ticks = collar.worst_ticks(side) if price_ticks is None else price_ticks
    if refusal := outside_collar(market, fair_ticks, collar, worst_ticks):
        return refusal
    notional_minor = market.notional_minor(worst_ticks, quantity_lots)
    need_minor = 0
    if side is Side.BUY or market.product is Product.OPTION:
        is_buy, rate_bps = side is Side.BUY, market.taker_bps
        need_minor = market.need_minor(worst_ticks, quantity_lots, rate_bps, is_buy=is_buy)
    lot_minor = market.lot_units * 10.0 ** (market.quote_minor_digits - market.lot_digits)
    profits_minor = np.rint(valued.profits * lot_minor)
    if max(need_minor, notional_minor, float(np.abs(profits_minor).max())) > MAX_EXACT:
        return too_large(market.quote, max(need_minor, notional_minor))
    return OptionQuote(
        fair_value=_text(fair),
        mark_price_ticks=fair_ticks,
        collar=collar,
        worst_price_ticks=worst_ticks,
        need_minor=need_minor,
        estimated_fee_minor=share_bps(notional_minor, market.taker_bps),
        maker_bps=market.maker_bps,
        taker_bps=market.taker_bps,
        forward=_text(valued.forward),
        volatility=_text(valued.volatility),
        greeks={name: _text(valued.figures[name]) for name in GREEKS},
        risk_array_minor=tuple(int(profit) for profit in profits_minor),
    )


def option_risk(
    market: Market, quote: OptionQuote, published: MarketSurface, mark: Decimal, marked_at_ms: int
) -> OptionRisk:
    """Return what risk needs of a listed option that was quoted.

    Parameters
    ----------
    market
        The option's listing.
    quote
        Off that surface, at that mark of the underlying.
    published
        The surface: its time is its version.
    mark, marked_at_ms
        The underlying's mark, in units of the quote currency, and when it was observed.
    """
    lot = Decimal(market.lot_units).scaleb(-market.lot_digits)
    return OptionRisk(
        surface_version=published.as_of_ms,
        marked_at_ms=marked_at_ms,
        mark_price_ticks=quote.mark_price_ticks,
        profit_minor=quote.risk_array_minor,
        delta_millionths=round(Decimal(quote.greeks["delta"]).scaleb(6)),
        underlying_minor=int((mark * lot).scaleb(market.quote_minor_digits)),
    )


def as_order_quote(
    market: Market, quote: OptionQuote, side: Side, quantity_lots: int, risk: OptionRisk
) -> Quote:
    """Return the quote of a listed option's order as any order has one."""
    return Quote(
        mark_price_ticks=quote.mark_price_ticks,
        collar=quote.collar,
        worst_price_ticks=quote.worst_price_ticks,
        need_currency=market.held_currency(is_buy=side is Side.BUY),
        need_minor=quote.need_minor,
        estimated_fee_minor=quote.estimated_fee_minor,
        maker_bps=quote.maker_bps,
        taker_bps=quote.taker_bps,
        option=risk,
        worth_minor=market.notional_minor(quote.worst_price_ticks, quantity_lots),
    )


def _value(
    terms: OptionTerms, published: MarketSurface, mark: float, now_ms: int, ranges: ScanRanges
) -> _Valued | None:
    """Return value, Greeks and the profits of the scenarios; None without a value."""
    years = (terms.expiry_ms - now_ms) / YEAR_MS
    tenor = (terms.expiry_ms - published.as_of_ms) / YEAR_MS
    if years <= 0.0 or tenor <= 0.0:
        return None
    growth, strike = mark / float(published.spot), float(terms.strike)
    told = published.surface.evaluate(
        terms.option_type, strike / growth, tenor, ("volatility", "forward", "discount")
    )
    forward, volatility = float(told["forward"]) * growth, float(told["volatility"])
    rate = -float(np.log(told["discount"])) / tenor
    figures = black76(
        terms.option_type, forward, strike, years, rate, volatility, ("price", *GREEKS)
    )
    moves = np.array(SCENARIOS)
    prices = black76(
        terms.option_type,
        forward * np.maximum(1.0 + moves[:, 0] * ranges.price_bps / BASIS_POINTS, 0.0),
        strike,
        years,
        rate,
        volatility * np.maximum(1.0 + moves[:, 1] * ranges.volatility_bps / BASIS_POINTS, 0.0),
    )["price"]
    profits = (prices - figures["price"]) * moves[:, 2]
    if not (np.isfinite(figures["price"]) and np.all(np.isfinite(profits))):
        return None
    numbers = {name: float(value) for name, value in figures.items()}
    return _Valued(forward, volatility, numbers, profits)


def _collar(fair_ticks: int, collar_bps: int) -> Collar:
    share = collar_around(fair_ticks, collar_bps)
    return Collar(
        max(1, min(share.low_ticks, fair_ticks - LEAST_COLLAR_TICKS)),
        max(share.high_ticks, fair_ticks + LEAST_COLLAR_TICKS),
    )


def _text(number: float) -> str:
    """Return a decimal string without an exponent.

    Examples
    --------
    >>> _text(1.5e-7), _text(-0.25)
    ('0.00000015', '-0.25')
    """
    rounded = round(Decimal(number), GREEK_DIGITS)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
