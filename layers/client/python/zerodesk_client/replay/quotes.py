"""A replay of recorded quotes: each venue is a market maker, and each quote an order of it.

A quote replaces its venue's last one on that side: that order is cancelled, then the new one is
placed. Quotes that cross trade. They go one after the other, in the order of the file, for the
queue at a price is what is compared. Every id follows from the row, so doing it again from the
start changes nothing, and that is how an interrupted replay is taken up.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final

from zerodesk.orders import OrderStatus, Side
from zerodesk_client.api import ApiProblem, Client, NewMarket, NewOrder, Order, Reconciliation
from zerodesk_client.formats import RecordedQuote, RecordedTrade
from zerodesk_client.latency import LatencyRecorder, Percentiles
from zerodesk_client.reconciling import reconcile
from zerodesk_client.replay.comparison import Check
from zerodesk_client.replay.market import (
    RUN_ID,
    RUN_ID_RULE,
    ReplayOptionError,
    market_for,
    symbol_for,
)
from zerodesk_client.replay.orders import PASSING_REFUSALS, REFUSAL_PAUSE_S
from zerodesk_client.replay.participants import Participant, open_account
from zerodesk_client.replay.progress import Progress, Watcher
from zerodesk_client.replay.quote_comparison import Traded, compare, traded_of
from zerodesk_client.replay.quote_trades import QuoteTrade, expected_trades
from zerodesk_client.replay.selection import Selection, Start, select_quotes
from zerodesk_client.replay.settled import settled_balances

ORDER_NOT_OPEN: Final = "ORDER_NOT_OPEN"
PLACED_ANEW_MAX: Final = 20
PROGRESS_EVERY_S: Final = 0.25

Place = tuple[str, Side]
"""A venue and the side that it quotes."""


class QuoteRefusedError(Exception):
    """The venue refused a market maker's order: the replay ends there."""


@dataclass(frozen=True, slots=True)
class QuoteVerdict:
    """What the venue made of the quotes, next to what the plain rule makes of them."""

    run_id: str
    file: str
    selection: Selection[RecordedQuote]
    listing: NewMarket
    venues: tuple[str, ...]
    elapsed_s: float
    latency: Percentiles
    expected: tuple[QuoteTrade, ...]
    traded: tuple[Traded, ...]
    checks: tuple[Check, ...]
    reconciliation: Reconciliation

    @property
    def is_as_recorded(self) -> bool:
        """Whether every trade is the expected one and the venue's own books balance."""
        return all(check.is_equal for check in self.checks) and self.reconciliation.balanced


@dataclass(frozen=True, slots=True)
class Quoting:
    """What the user chose."""

    start: Start = field(default_factory=Start)
    limit: int | None = None
    symbol: str | None = None


class QuoteReplay:
    """One run of one file of quotes."""

    def __init__(
        self, operator: Client, path: Path, run_id: str, options: Quoting, watcher: Watcher
    ) -> None:
        if not RUN_ID.fullmatch(run_id):
            raise ReplayOptionError(f"{run_id!r} is no run id: {RUN_ID_RULE}")
        self._operator, self._path, self._run_id = operator, path, run_id
        self._options, self._watcher = options, watcher
        self._latencies = LatencyRecorder()
        self._standing: dict[Place, Order] = {}

    def run(self) -> QuoteVerdict:
        """Replay the file and hold the venue to it.

        Raises
        ------
        FormatError, SelectionError, ReplayOptionError
            The file or an option cannot be.
        ApiError, QuoteRefusedError
            The venue refused something, or did not answer within the patience.
        """
        selection = select_quotes(self._path, self._options.start, self._options.limit)
        quotes = selection.rows
        sized = [_as_trade(quote) for quote in quotes if quote.quantity]
        market = market_for(sized, self._options.symbol or symbol_for(self._path, self._run_id))
        listing = market.listing
        self._watcher.step(f"listing {listing.symbol}, collar {listing.collar_bps} basis points")
        self._operator.list_market(listing)
        makers = self._open_makers(quotes, listing)
        self._watcher.step(f"replaying {len(quotes)} quotes of {len(makers)} venues")
        began_s = time.monotonic()
        self._send(quotes, listing.symbol, makers)
        elapsed_s = time.monotonic() - began_s
        for (venue, _), order in self._standing.items():
            _cancelled(makers[venue].client, order)
        self._watcher.step("waiting for settlement, reading the trades back and reconciling")
        balances = settled_balances([maker.client for maker in makers.values()])
        expected = tuple(expected_trades(quotes))
        traded = traded_of(self._operator, listing.symbol, makers)
        checks = compare(
            expected, traded, makers, dict(zip(makers, balances, strict=True)), listing
        )
        verdict = QuoteVerdict(
            run_id=self._run_id,
            file=self._path.name,
            selection=selection,
            listing=listing,
            venues=tuple(makers),
            elapsed_s=elapsed_s,
            latency=self._latencies.total(),
            expected=expected,
            traded=traded,
            checks=tuple(checks),
            reconciliation=reconcile(self._operator),
        )
        for maker in makers.values():
            self._operator.revoke_key(maker.account_id, maker.key_id)
        return verdict

    def _open_makers(
        self, quotes: Sequence[RecordedQuote], listing: NewMarket
    ) -> dict[str, Participant]:
        """Open an account for each venue, with what all its quotes together could need."""
        venues = sorted({quote.venue for quote in quotes})
        self._watcher.step(f"opening and funding {len(venues)} market makers")
        return {
            venue: open_account(
                self._operator,
                f"quotes-{self._run_id}-{venue}".lower(),
                listing,
                [_as_trade(quote) for quote in quotes if quote.venue == venue],
            )
            for venue in venues
        }

    def _send(
        self, quotes: Sequence[RecordedQuote], symbol: str, makers: dict[str, Participant]
    ) -> None:
        began_s = told_s = time.monotonic()
        for done, quote in enumerate(quotes, start=1):
            client, place = makers[quote.venue].client, (quote.venue, quote.side)
            last = self._standing.pop(place, None)
            if last is not None:
                _cancelled(client, last)
            if quote.quantity:
                self._standing[place] = self._placed(client, quote, symbol)
            now_s = time.monotonic()
            if now_s - told_s >= PROGRESS_EVERY_S or done == len(quotes):
                told_s = now_s
                self._watcher.progress(self._progress(done, len(quotes), now_s - began_s))

    def _placed(self, client: Client, quote: RecordedQuote, symbol: str) -> Order:
        """Place a quote's order; one that is refused in passing, anew under its next id."""
        for attempt in range(PLACED_ANEW_MAX):
            asked = NewOrder(
                client_order_id=self._client_order_id(quote, attempt),
                symbol=symbol,
                side=quote.side,
                quantity=quote.quantity,
                price=quote.price,
            )
            began_s = time.monotonic()
            order = client.place_order(asked)
            if order.rejection is None:
                self._latencies.add(time.monotonic() - began_s)
                return order
            if order.rejection.code not in PASSING_REFUSALS:
                raise QuoteRefusedError(f"row {quote.row}: {order.rejection}")
            time.sleep(REFUSAL_PAUSE_S)
        raise QuoteRefusedError(f"row {quote.row}: refused in passing {PLACED_ANEW_MAX} times")

    def _client_order_id(self, quote: RecordedQuote, attempt: int) -> str:
        again = f".{attempt}" if attempt else ""
        return f"{self._run_id}-{quote.row}{quote.side.value[0].lower()}{again}"

    def _progress(self, done: int, total: int, elapsed_s: float) -> Progress:
        return Progress(
            done=done,
            total=total,
            in_flight=1,
            elapsed_s=elapsed_s,
            trades_per_s=done / elapsed_s,
            latency=self._latencies.recent(),
        )


def _cancelled(client: Client, order: Order) -> None:
    """Take an order out of the book, unless it has gone by itself."""
    if order.status is OrderStatus.FILLED:
        return
    try:
        client.cancel_order(order.order_id)
    except ApiProblem as problem:
        if problem.code != ORDER_NOT_OPEN:
            raise


def _as_trade(quote: RecordedQuote) -> RecordedTrade:
    """Return a quote as what it could trade: that is what its market and its money must admit."""
    return RecordedTrade(quote.row, quote.time_ms, quote.price, max(quote.quantity, Decimal(0)))
