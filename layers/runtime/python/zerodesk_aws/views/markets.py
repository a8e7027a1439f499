"""Markets as the API shows them."""

from typing import Any

from zerodesk import instruments
from zerodesk.bands import Band
from zerodesk.money import format_minor, format_scaled
from zerodesk.options import OptionTerms
from zerodesk.times import iso_ms
from zerodesk_aws.contracts.markets import Auction, MarginTierShown, Market, Option, PriceBand
from zerodesk_aws.tables.listed import Listed


def market_view(listed: Listed) -> Market:
    """Return a market as the API shows it."""
    market = listed.market
    last_ticks = listed.last_price_ticks
    return Market(
        symbol=market.symbol,
        product=market.product,
        base=market.base,
        quote=market.quote,
        tick_size=format_scaled(market.tick_units, market.tick_digits),
        lot_size=format_scaled(market.lot_units, market.lot_digits),
        min_notional=format_minor(market.min_notional_minor, market.quote),
        max_quantity=market.format_quantity(market.max_quantity_lots),
        maker_bps=market.maker_bps,
        taker_bps=market.taker_bps,
        collar_bps=market.collar_bps,
        reference_price=market.format_price(market.reference_price_ticks),
        band=None if market.band is None else _band_view(market.band),
        margin=[
            MarginTierShown(
                from_notional=format_minor(tier.from_minor, market.quote),
                initial_bps=tier.initial_bps,
                maintenance_bps=tier.maintenance_bps,
            )
            for tier in market.margin
        ],
        option=_option_view(market, market.option),
        stale_after_seconds=seconds_of(market.stale_after_ms),
        free_volume_bps=market.free_volume_bps,
        state=listed.state,
        state_reason=listed.state_reason,
        state_by=listed.state_by,
        state_since=iso_ms(listed.state_since_ms) if listed.state_since_ms else None,
        mark_price=market.format_price(listed.mark_price_ticks),
        last_price=None if last_ticks is None else market.format_price(last_ticks),
        auction=None if listed.auction is None else _auction_view(market, listed.auction),
    )


def _option_view(market: instruments.Market, terms: OptionTerms | None) -> Option | None:
    if terms is None:
        return None
    return Option(
        underlying=market.underlying,
        option_type=terms.option_type,
        strike=f"{terms.strike:f}",
        expires_at=iso_ms(terms.expiry_ms),
    )


def seconds_of(length_ms: int | None) -> int | None:
    """Return a length that was given in whole seconds."""
    return None if length_ms is None else length_ms // 1_000


def _band_view(band: Band) -> PriceBand:
    return PriceBand(
        bps=band.bps,
        window_seconds=band.window_ms // 1_000,
        auction_seconds=band.auction_ms // 1_000,
    )


def _auction_view(market: instruments.Market, auction: dict[str, Any]) -> Auction:
    price_ticks, ends_at_ms = auction["indicative_price_ticks"], auction["ends_at_ms"]
    return Auction(
        auction_id=auction["auction_id"],
        kind=auction["kind"],
        ends_at=None if ends_at_ms is None else iso_ms(ends_at_ms),
        indicative_price=None if price_ticks is None else market.format_price(price_ticks),
        indicative_quantity=market.format_quantity(auction["indicative_lots"]),
        surplus=market.format_quantity(auction["surplus_lots"]),
    )
