"""What an index price becomes."""

from decimal import Decimal
from fractions import Fraction

from zerodesk.commands import IndexCommand
from zerodesk.instruments import Market
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.clock import as_ms, now_ms
from zerodesk_aws.contracts.markets import IndexPrice, ReportIndexPrice
from zerodesk_aws.entry import count, logger
from zerodesk_aws.listings import Listings
from zerodesk_aws.queue import CommandQueue


class Prices:
    """Sends index prices to their books."""

    def __init__(self, listings: Listings, queue: CommandQueue) -> None:
        self._listings, self._queue = listings, queue

    def report(self, symbol: str, asked: ReportIndexPrice) -> IndexPrice:
        """Send a price to its book; the same observation again is the same command.

        Raises
        ------
        ProblemError
            NOT_FOUND: no such market. INTAKE_BAD_VALUE: less than half a tick; an option.
        """
        market = indexed(self._listings, symbol)
        price_ticks = _nearest_ticks(market, asked.price)
        observed_at_ms = as_ms(asked.observed_at)
        command = IndexCommand(
            kind="index",
            command_id=f"i-{asked.source}-{observed_at_ms}",
            symbol=symbol,
            price_ticks=price_ticks,
            source=asked.source,
            observed_at_ms=observed_at_ms,
            accepted_at_ms=now_ms(),
        )
        self._queue.send(command)
        count("IndexPricesTaken")
        logger.info("index price taken", symbol=symbol, source=asked.source, ticks=price_ticks)
        return IndexPrice(
            command_id=command["command_id"],
            symbol=symbol,
            source=asked.source,
            price=market.format_price(price_ticks),
            observed_at=iso_ms(observed_at_ms),
        )


def indexed(listings: Listings, symbol: str) -> Market:
    """Return a market that has an index price of its own.

    Raises
    ------
    ProblemError
        NOT_FOUND: no such market. INTAKE_BAD_VALUE: an option.
    """
    market = listings.listed(symbol)
    if market.option is not None:
        rule = f"no option's: {market.underlying} has the index price that it follows"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, rule)
    return market


def _nearest_ticks(market: Market, price: Decimal) -> int:
    """Return a price in whole ticks, half to even: a source need not know this market's tick."""
    ticks = round(Fraction(price) / Fraction(market.tick_units, 10**market.tick_digits))
    if ticks <= 0:
        rule = f"more than half a tick of {market.format_price(1)}"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "price", f"{price:f}", rule)
    return ticks
