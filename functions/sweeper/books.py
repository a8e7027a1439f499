"""Books: settle what is not settled, show what is not shown, look at the time, sweep fees."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sweeper.bounds import FEES_WAIT_MS, MAX_SWEEPS, YOUNG_MS
from sweeper.options import OptionEnds
from zerodesk.commands import EndAuctionCommand, FundCommand, ListCommand, look_at_the_time
from zerodesk.funding import funding_time
from zerodesk.instruments import Product, TradingState
from zerodesk.kills import Kill
from zerodesk.orders import BY_TIME, ending_id_for
from zerodesk.volume import day_volume_lots
from zerodesk_aws.books import BookMovedError, Books
from zerodesk_aws.house import House
from zerodesk_aws.kills import clearing_command
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.streams import book_stream
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor
from zerodesk_aws.tables.listed import Listed
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.workflows import Workflow


class BookSweep:
    """Drives books on."""

    def __init__(
        self,
        books: Books,
        markets: Markets,
        cursors: Cursors,
        queue: CommandQueue,
        settlement_workflow: Workflow,
    ) -> None:
        self._books, self._journal = books, books.journal
        self._house = House(books.journal)
        self._ends = OptionEnds(books.journal, markets, queue)
        self._markets, self._cursors = markets, cursors
        self._queue, self._settlement_workflow = queue, settlement_workflow

    def sweep(
        self, symbol: str, listing: dict[str, Any], kills: Mapping[str, Kill], now_ms: int
    ) -> Iterator[str]:
        """Drive one book on; yield what was done, by the name under which it is counted."""
        old_ms = now_ms - YOUNG_MS
        tip = self._journal.latest(book_stream(symbol))
        if tip is None:
            self._list(symbol, listing, now_ms)
            yield "Listings"
            return
        if tip.body["continuing"] and tip.recorded_at_ms <= old_ms:
            yield from self._finish(symbol)
        if self._waits_since(symbol, now_ms) <= old_ms:
            self._settlement_workflow.start({"symbol": symbol})
            yield "Books"
        shown = self._markets.get(symbol, consistent=True)
        shown_sequence = 0 if shown is None else shown.book_sequence
        if tip.recorded_at_ms <= old_ms and shown_sequence < tip.sequence:
            live = self._books.current(symbol)
            self._markets.project(symbol, live.book.market_view(), live.tip.sequence)
            yield "Markets"
        if shown is not None:
            yield from self._volume(shown, now_ms)
            yield from self._times(symbol, shown, now_ms)
            yield from self._ends.end(shown, now_ms)
        if shown is not None and kills:
            yield from self._kill(shown, kills, now_ms)
        yield from self._fees(symbol, listing["quote"], now_ms)

    def _volume(self, shown: Listed, now_ms: int) -> Iterator[str]:
        """Show what a market traded in a day, where margin goes by that."""
        symbol = shown.market.symbol
        if shown.market.free_volume_bps is not None:
            hours = self._cursors.traded(settlement_cursor(symbol))
            self._markets.keep_volume(symbol, day_volume_lots(hours, now_ms), now_ms)
            yield "Volumes"

    def _times(self, symbol: str, shown: Listed, now_ms: int) -> Iterator[str]:
        """Have a quiet book do what its time has come for; a busy one has done so."""
        if shown.auction is not None:
            yield from self._auction(symbol, shown.auction, now_ms)
        if (shown.next_expiry_ms or now_ms) < now_ms:
            self._queue.send(look_at_the_time(symbol, now_ms))
            yield "Expiries"
        elif _is_open_and_stale(shown, now_ms):
            self._queue.send(look_at_the_time(symbol, now_ms))
            yield "StaleMarks"
        if shown.market.product is Product.PERPETUAL and shown.funded_at_ms < funding_time(now_ms):
            self._fund(symbol, now_ms)
            yield "Fundings"

    def _kill(self, shown: Listed, kills: Mapping[str, Kill], now_ms: int) -> Iterator[str]:
        """Have a book halted and cleared that a kill switch did not reach."""
        reasons = {kill.state_reason for kill in kills.values()}
        if shown.state is TradingState.DELISTED:
            return
        if shown.state is TradingState.HALTED and shown.state_reason in reasons:
            return
        [kill, *_] = kills.values()
        self._queue.send(clearing_command(shown.market.symbol, kill, now_ms))
        yield "Kills"

    def _auction(self, symbol: str, auction: dict[str, Any], now_ms: int) -> Iterator[str]:
        """End an auction whose time is up; in a busy book the next order has done so."""
        ends_at_ms = auction["ends_at_ms"]
        if ends_at_ms is None or now_ms < ends_at_ms:
            return
        self._queue.send(
            EndAuctionCommand(
                kind="end_auction",
                command_id=ending_id_for(auction["auction_id"]),
                symbol=symbol,
                auction_id=auction["auction_id"],
                reason="its time was up",
                by=BY_TIME,
                accepted_at_ms=now_ms,
            )
        )
        yield "Auctions"

    def _fees(self, symbol: str, currency: str, now_ms: int) -> Iterator[str]:
        """Sweep the book's fees to the house, as far as one run may go."""
        for _ in range(MAX_SWEEPS):
            if not self._house.sweep(symbol, currency, before_ms=now_ms - FEES_WAIT_MS):
                return
            yield "Fees"

    def _finish(self, symbol: str) -> Iterator[str]:
        """Finish a taker whose writer died between its records and whose messages are gone.

        Any command would do it; a quiet book gets none. Settlement shows and tells the rest. A
        book that is at home in another region is left to the sweeper there.
        """
        with suppress(BookMovedError):
            if self._books.commit(symbol, []):
                yield "Takers"

    def _waits_since(self, symbol: str, now_ms: int) -> int:
        """Return when the first record that is not settled was written; now, if there is none."""
        position = self._cursors.position(settlement_cursor(symbol))
        records = self._journal.read(book_stream(symbol), position, limit=1)
        first = next(records, None)
        return now_ms if first is None else first.recorded_at_ms

    def _fund(self, symbol: str, now_ms: int) -> None:
        """Have a perpetual funded for the latest funding time.

        It is sent again until the book shows that time, under an id of its own each time: a book
        whose time had not come by the queue's clock has refused the one before.
        """
        command = FundCommand(
            kind="fund",
            command_id=f"fund-{symbol}-{now_ms}",
            symbol=symbol,
            funding_at_ms=funding_time(now_ms),
            accepted_at_ms=now_ms,
        )
        self._queue.send(command)

    def _list(self, symbol: str, listing: dict[str, Any], now_ms: int) -> None:
        command = ListCommand(
            kind="list",
            command_id=f"list-{symbol}",
            symbol=symbol,
            market=listing,
            accepted_at_ms=now_ms,
        )
        self._queue.send(command)


def _is_open_and_stale(shown: Listed, now_ms: int) -> bool:
    is_stale = shown.stale_at_ms is not None and shown.stale_at_ms < now_ms
    return is_stale and shown.state is TradingState.OPEN
