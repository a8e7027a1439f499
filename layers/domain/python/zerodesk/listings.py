"""The rules by which a market is listed, and by which its terms change.

Examples
--------
>>> market = list_market(
...     symbol="BTC-USD", tick_size=Decimal("0.01"), lot_size=Decimal("0.0001"),
...     min_notional=Decimal("1"), max_quantity=Decimal("100"), maker_bps=2, taker_bps=5,
...     collar_bps=500, reference_price=Decimal("60000"))
>>> market.tick_value_minor, market.lot_value_minor, market.reference_price_ticks
(1, 10000, 6000000)
>>> changed_market(market, {"taker_bps": 6}).taker_bps
6
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from zerodesk.bands import Band
from zerodesk.instruments import (
    CHANGEABLE,
    MAX_FEE_BPS,
    PERPETUAL,
    SYMBOL,
    SYMBOL_RULE,
    Market,
    Product,
    product_of,
    whole_steps,
)
from zerodesk.money import MAX_EXACT, NumberError, minor_digits, scaled
from zerodesk.options import NoOptionError, OptionTerms
from zerodesk.tiers import Tier, TiersError, checked

QUOTE: Final = re.compile(r"[A-Z]{3,5}", re.ASCII)
MAX_COLLAR_BPS: Final = 100_000
"""A collar of 1,000 % is wider than any that a venue needs; wider would be none."""
MAX_BAND_MS: Final = 24 * 60 * 60 * 1_000
MIN_BAND_MS: Final = 1_000
MAX_STALE_MS: Final = 24 * 60 * 60 * 1_000
MIN_STALE_MS: Final = 1_000
MAX_STEP_DIGITS: Final = 12
MAX_TIERS: Final = 20
"""Of margin: they are part of each listing, and looked through at each check."""
MAX_FREE_VOLUME_BPS: Final = 100_000
"""Ten days of trading: beyond that nobody's position is small against its market."""


class ListingError(ValueError):
    """A market that cannot be listed; ``field`` and ``rule`` say why."""

    def __init__(self, field: str, value: object, rule: str) -> None:
        super().__init__(f"{field} {value!r}: {rule}")
        self.field, self.value, self.rule = field, value, rule


def list_market(  # noqa: PLR0913 - a listing has a dozen fields, each named where it is used
    *,
    symbol: str,
    tick_size: Decimal,
    lot_size: Decimal,
    min_notional: Decimal,
    max_quantity: Decimal,
    maker_bps: int,
    taker_bps: int,
    collar_bps: int,
    reference_price: Decimal,
    band: Band | None = None,
    stale_after_ms: int | None = None,
    quote: str | None = None,
    margin: Sequence[Tier] = (),
    free_volume_bps: int | None = None,
) -> Market:
    """Return the market that a listing describes, after every rule of listing.

    Parameters
    ----------
    quote
        Of a derivative, whose symbol does not say it.
    margin
        Of a perpetual: see ``zerodesk.tiers``. The first share to open is at least the collar, so
        that no order can lose more at once than it needs as margin.

    Raises
    ------
    ListingError
        A field breaks a rule. The rules that protect the ledger: one tick of one lot, and one
        lot, are whole numbers of minor units of their currencies.
    """
    if not re.fullmatch(SYMBOL, symbol):
        raise ListingError("symbol", symbol, SYMBOL_RULE)
    base, quote = _currencies(symbol, quote)
    _check_rates(maker_bps, taker_bps, collar_bps)
    _check_band(band)
    _check_staleness(stale_after_ms)
    _check_margin(product_of(symbol), margin, collar_bps)
    _check_option(symbol, quote, stale_after_ms)
    _check_free_volume(product_of(symbol), free_volume_bps)
    tick_units, tick_digits = _step_units("tick_size", tick_size)
    lot_units, lot_digits = _step_units("lot_size", lot_size)
    if scaled(tick_size * lot_size, minor_digits(quote)) is None:
        raise ListingError(
            "tick_size", str(tick_size), f"tick x lot a whole number of {quote} minor units"
        )
    if scaled(lot_size, minor_digits(base)) is None:
        raise ListingError("lot_size", str(lot_size), f"a whole number of {base} minor units")
    min_notional_minor = scaled(min_notional, minor_digits(quote))
    if min_notional_minor is None or min_notional_minor < 0:
        raise ListingError("min_notional", str(min_notional), f"whole {quote} minor units, >= 0")
    max_quantity_lots = _positive_steps("max_quantity", max_quantity, lot_units, lot_digits, "lot")
    if max_quantity_lots > MAX_EXACT:
        raise ListingError("max_quantity", str(max_quantity), f"at most {MAX_EXACT} lots")
    return Market(
        symbol=symbol,
        base=base,
        quote=quote,
        tick_units=tick_units,
        tick_digits=tick_digits,
        lot_units=lot_units,
        lot_digits=lot_digits,
        min_notional_minor=min_notional_minor,
        max_quantity_lots=max_quantity_lots,
        maker_bps=maker_bps,
        taker_bps=taker_bps,
        collar_bps=collar_bps,
        reference_price_ticks=_positive_steps(
            "reference_price", reference_price, tick_units, tick_digits, "tick"
        ),
        base_minor_digits=minor_digits(base),
        quote_minor_digits=minor_digits(quote),
        band=band,
        stale_after_ms=stale_after_ms,
        margin=tuple(margin),
        free_volume_bps=free_volume_bps,
    )


def changed_market(market: Market, changes: Mapping[str, Any]) -> Market:
    """Return a market with other terms, after the rules of listing.

    Parameters
    ----------
    changes
        By the names of ``CHANGEABLE``: amounts in minor units, quantities in lots, the band as
        ``Band.to_dict`` writes it; None takes one of ``REMOVABLE`` away.

    Raises
    ------
    ListingError
        A term that stays for good or that no market has, or one that breaks a rule.
    """
    for name, value in changes.items():
        if name not in CHANGEABLE:
            raise ListingError(name, value, f"one of {', '.join(CHANGEABLE)}")
    changed = Market.from_dict({**market.to_dict(), **changes})
    _check_rates(changed.maker_bps, changed.taker_bps, changed.collar_bps)
    _check_band(changed.band)
    _check_staleness(changed.stale_after_ms)
    _check_margin(changed.product, changed.margin, changed.collar_bps)
    _check_option(changed.symbol, changed.quote, changed.stale_after_ms)
    _check_free_volume(changed.product, changed.free_volume_bps)
    for field, amount, least in (
        ("min_notional", changed.min_notional_minor, 0),
        ("max_quantity", changed.max_quantity_lots, 1),
    ):
        if not least <= amount <= MAX_EXACT:
            raise ListingError(field, amount, f"{least} to {MAX_EXACT} of its smallest steps")
    return changed


def _currencies(symbol: str, quote: str | None) -> tuple[str, str]:
    """Return base and quote: both by the symbol of a spot pair, the base by any other."""
    base, ending = symbol.split("-", 1)
    if product_of(symbol) is Product.SPOT:
        quote = quote or ending
        if quote != ending:
            raise ListingError("quote", quote, f"{ending}, as the symbol says")
    elif quote is None or quote == PERPETUAL or not QUOTE.fullmatch(quote):
        raise ListingError("quote", quote, "3 to 5 capitals: the currency in which it is settled")
    if base == quote:
        raise ListingError("symbol", symbol, "base and quote differ")
    return base, quote


def _step_units(field: str, step: Decimal) -> tuple[int, int]:
    """Return (units, digits) of a step in lowest terms: 0.25 is (25, 2), 0.10 is (1, 1)."""
    if step <= 0:
        raise ListingError(field, str(step), "positive")
    normal = step.normalize()
    exponent = normal.as_tuple().exponent
    assert isinstance(exponent, int)
    digits = max(0, -exponent)
    if digits > MAX_STEP_DIGITS:
        raise ListingError(field, str(step), f"at most {MAX_STEP_DIGITS} decimals")
    units = scaled(normal, digits)
    assert units is not None
    return units, digits


def _positive_steps(field: str, amount: Decimal, units: int, digits: int, step: str) -> int:
    try:
        steps = whole_steps(amount, units, digits, step)
    except NumberError as error:
        raise ListingError(field, str(amount), error.rule) from error
    if steps <= 0:
        raise ListingError(field, str(amount), "positive")
    return steps


def _check_rates(maker_bps: int, taker_bps: int, collar_bps: int) -> None:
    for field, rate, ceiling in (
        ("taker_bps", taker_bps, MAX_FEE_BPS),
        ("collar_bps", collar_bps, MAX_COLLAR_BPS),
    ):
        if not 0 <= rate <= ceiling:
            raise ListingError(field, rate, f"0 to {ceiling} basis points")
    if maker_bps > taker_bps:
        raise ListingError("maker_bps", maker_bps, "at most taker_bps: a hold covers that rate")
    if maker_bps < -taker_bps:
        rule = "at least -taker_bps: a rebate is paid out of the taker's fee"
        raise ListingError("maker_bps", maker_bps, rule)


def _check_band(band: Band | None) -> None:
    if band is None:
        return
    if not 1 <= band.bps <= MAX_COLLAR_BPS:
        raise ListingError("band.bps", band.bps, f"1 to {MAX_COLLAR_BPS} basis points")
    for field, length_ms in (("window", band.window_ms), ("auction", band.auction_ms)):
        if not MIN_BAND_MS <= length_ms <= MAX_BAND_MS:
            rule = f"{MIN_BAND_MS // 1_000} to {MAX_BAND_MS // 1_000} seconds"
            raise ListingError(f"band.{field}_seconds", length_ms / 1_000, rule)


def _check_staleness(stale_after_ms: int | None) -> None:
    if stale_after_ms is not None and not MIN_STALE_MS <= stale_after_ms <= MAX_STALE_MS:
        rule = f"{MIN_STALE_MS // 1_000} to {MAX_STALE_MS // 1_000} seconds"
        raise ListingError("stale_after_seconds", stale_after_ms // 1_000, rule)


def _check_margin(product: Product, margin: Sequence[Tier], collar_bps: int) -> None:
    told = [list(tier) for tier in margin]
    if product is not Product.PERPETUAL:
        if margin:
            raise ListingError("margin", told, "of a perpetual only")
        return
    try:
        tiers = checked(margin)
    except TiersError as error:
        rule = "tiers from zero that rise, with 0 < maintenance <= initial <= 10000 basis points"
        raise ListingError("margin", told, rule) from error
    if len(tiers) > MAX_TIERS:
        raise ListingError("margin", told, f"at most {MAX_TIERS} tiers")
    if tiers[0].initial_bps < collar_bps:
        rule = f"initial at least the collar, {collar_bps} basis points"
        raise ListingError("margin", told, rule)


def _check_option(symbol: str, quote: str, stale_after_ms: int | None) -> None:
    """Refuse an option on a day that is none, or at a strike finer than its currency."""
    if product_of(symbol) is not Product.OPTION:
        return
    if stale_after_ms is not None:
        rule = "absent: an option is marked by the surface of its underlying"
        raise ListingError("stale_after_seconds", stale_after_ms // 1_000, rule)
    try:
        terms = OptionTerms.of(symbol)
    except NoOptionError as error:
        raise ListingError("symbol", symbol, str(error)) from error
    if scaled(terms.strike, minor_digits(quote)) is None:
        raise ListingError("symbol", symbol, f"a strike of whole {quote} minor units")


def _check_free_volume(product: Product, free_volume_bps: int | None) -> None:
    if free_volume_bps is None:
        return
    if product is Product.SPOT:
        raise ListingError("free_volume_bps", free_volume_bps, "of a derivative only")
    if not 1 <= free_volume_bps <= MAX_FREE_VOLUME_BPS:
        rule = f"1 to {MAX_FREE_VOLUME_BPS} basis points of a day's volume"
        raise ListingError("free_volume_bps", free_volume_bps, rule)
