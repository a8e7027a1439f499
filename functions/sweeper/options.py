"""Options whose day has come: each book is told by which price it ends, once that is known."""

from collections.abc import Iterator
from typing import NamedTuple

from zerodesk.commands import SettleCommand, look_at_the_time
from zerodesk.expiry import AVERAGE_MS, MAX_GAP_MS, IndexGapError, settlement_ticks
from zerodesk.instruments import Market, TradingState
from zerodesk.money import power_of_ten
from zerodesk.orders import BY_TIME, settling_id_for
from zerodesk_aws.entry import logger
from zerodesk_aws.index_history import index_history
from zerodesk_aws.journal import Journal
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets


class _Price(NamedTuple):
    """What an underlying was worth at an expiry, and the records that say so."""

    ticks: int
    first_sequence: int
    last_sequence: int


class OptionEnds:
    """Ends options of one journal.

    The price is an average of the index in the journal of the underlying's book, which is the same
    for whoever computes it and whenever: two regions tell a book the same, and it ends once. Where
    the index has a gap nothing is guessed, and an operator says the price.
    """

    def __init__(self, journal: Journal, markets: Markets, queue: CommandQueue) -> None:
        self._journal, self._markets, self._queue = journal, markets, queue

    def end(self, shown: Listed, now_ms: int) -> Iterator[str]:
        """Tell an option that has expired its price; yield what was done, as it is counted."""
        market = shown.market
        terms = market.option
        if terms is None or now_ms < terms.expiry_ms or shown.state is TradingState.DELISTED:
            return
        underlying = self._markets.get(market.underlying)
        if underlying is None:
            return
        try:
            price = self._price(market.underlying, terms.expiry_ms)
        except IndexGapError as gap:
            logger.error("option cannot be settled", symbol=market.symbol, gap=str(gap))
            yield "OptionsUnsettled"
            return
        if price is None:
            self._queue.send(look_at_the_time(market.underlying, now_ms))
            yield "OptionsWaiting"
            return
        self._queue.send(settle_command(market, underlying.market, price, now_ms))
        yield "OptionsEnded"

    def _price(self, symbol: str, expiry_ms: int) -> _Price | None:
        """Return the settlement price; None while the underlying's book has not come so far.

        Raises
        ------
        IndexGapError
            The index is not known for some part of the half hour.
        """
        begins_ms = expiry_ms - AVERAGE_MS - MAX_GAP_MS
        history = index_history(self._journal, symbol, begins_ms, expiry_ms)
        if not history.is_final:
            return None
        ticks = settlement_ticks(history.observations, expiry_ms)
        return _Price(ticks, history.first_sequence, history.last_sequence)


def settle_command(market: Market, underlying: Market, price: _Price, now_ms: int) -> SettleCommand:
    """Return the command that ends an option by the average of its underlying's index."""
    first, last = price.first_sequence, price.last_sequence
    return SettleCommand(
        kind="settle",
        command_id=settling_id_for(market.symbol, now_ms),
        symbol=market.symbol,
        price_minor=_price_minor(underlying, price.ticks),
        first_sequence=first,
        last_sequence=last,
        reason=f"expired at {underlying.format_price(price.ticks)} {underlying.quote}, the index's "
        f"average over 30 minutes, by records {first} to {last} of {underlying.symbol}",
        by=BY_TIME,
        accepted_at_ms=now_ms,
    )


def _price_minor(underlying: Market, ticks: int) -> int:
    """Return a price in minor units of the quote, rounded down."""
    scale, per_tick = underlying.quote_minor_digits, underlying.tick_digits
    return ticks * underlying.tick_units * power_of_ten(scale) // power_of_ten(per_tick)
