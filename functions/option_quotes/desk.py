"""Quotes of orders of options."""

from collections.abc import Callable
from decimal import Decimal

from option_quotes.surfaces import Surfaces
from zerodesk.instruments import Market
from zerodesk.money import NumberError, format_minor
from zerodesk.options import OptionTerms
from zerodesk.pricing.option_quote import (
    OptionQuote,
    quote_option,
)
from zerodesk.rejections import Rejection
from zerodesk.risk.scenarios import RANGES, SCENARIOS
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import as_ms, now_ms
from zerodesk_aws.contracts.option_quotes import AskQuote, OptionPrice, QuotedOption, Risk
from zerodesk_aws.entry import count
from zerodesk_aws.tables.market import Markets


class Desk:
    """Quotes by the listing, the mark and the surface of one market table."""

    def __init__(self, markets: Markets, surfaces: Surfaces) -> None:
        self._markets, self._surfaces = markets, surfaces

    def quote(self, asked: AskQuote) -> QuotedOption:
        """Return the quote, or why the order is refused.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market, or it has no surface. INTAKE_OFF_TICK, INTAKE_OFF_LOT: off
            its steps. UNAVAILABLE: the surface has run out.
        """
        listed = self._markets.get(asked.symbol)
        if listed is None:
            raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
        market = listed.market
        current = self._surfaces.current(asked.symbol)
        price_ticks = None
        if asked.price is not None:
            code = ProblemCode.INTAKE_OFF_TICK
            price_ticks = _steps("price", asked.price, market.price_ticks, code)
        answer = quote_option(
            market,
            OptionTerms(asked.option_type, asked.strike, as_ms(asked.expiry)),
            current,
            mark_price_ticks=listed.mark_price_ticks,
            now_ms=now_ms(),
            side=asked.side,
            price_ticks=price_ticks,
            quantity_lots=_steps(
                "quantity", asked.quantity, market.quantity_lots, ProblemCode.INTAKE_OFF_LOT
            ),
            ranges=RANGES,
        )
        version = current.as_of_ms
        if isinstance(answer, Rejection):
            count("OptionQuotesRefused")
            return QuotedOption(
                verdict="REFUSED", surface_version=version, rejection=answer.to_dict()
            )
        count("OptionsQuoted")
        return QuotedOption(
            verdict="PRICED",
            surface_version=version,
            quote=_priced(market, answer),
            risk=_risk(answer),
        )


def _steps(
    field: str, amount: Decimal, count_steps: Callable[[Decimal], int], code: ProblemCode
) -> int:
    try:
        return count_steps(amount)
    except NumberError as error:
        raise refused(code, field, f"{amount:f}", error.rule) from error


def _priced(market: Market, quote: OptionQuote) -> OptionPrice:
    return OptionPrice(
        fair_value=quote.fair_value,
        mark_price=market.format_price(quote.mark_price_ticks),
        collar_low=market.format_price(quote.collar.low_ticks),
        collar_high=market.format_price(quote.collar.high_ticks),
        worst_price=market.format_price(quote.worst_price_ticks),
        need=format_minor(quote.need_minor, market.quote),
        estimated_fee=format_minor(quote.estimated_fee_minor, market.quote),
        maker_bps=quote.maker_bps,
        taker_bps=quote.taker_bps,
        forward=quote.forward,
        volatility=quote.volatility,
        greeks=quote.greeks,
    )


def _risk(quote: OptionQuote) -> Risk:
    return Risk(
        price_range_bps=RANGES.price_bps,
        volatility_range_bps=RANGES.volatility_bps,
        scenarios=[(one.price, one.volatility, one.weight) for one in SCENARIOS],
        profit_minor_per_lot=list(quote.risk_array_minor),
    )
