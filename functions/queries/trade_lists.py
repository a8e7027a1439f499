"""A market's trades, from its book's journal."""

from functools import partial
from typing import Any

from queries.backwards import MAX_RECORDS, page_back
from zerodesk.times import iso_ms
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.contracts.markets import ListTrades, Trade, TradePage
from zerodesk_aws.journal import Journal, JournalRecord
from zerodesk_aws.listings import Listings
from zerodesk_aws.streams import book_stream


class TradeLists:
    """Answers for trades."""

    def __init__(self, journal: Journal, listings: Listings) -> None:
        self._journal, self._listings = journal, listings

    def page(self, symbol: str, asked: ListTrades) -> TradePage:
        """Return a page of a market's trades, newest first, or refuse with NOT_FOUND."""
        market = self._listings.listed(symbol)
        pages = Pages(int, "trades", symbol)
        found = page_back(
            partial(self._journal.backwards, book_stream(symbol), limit=MAX_RECORDS),
            _trades,
            pages.position(asked.cursor),
            asked.limit,
        )
        trades = [
            Trade(
                trade_id=trade["trade_id"],
                price=market.format_price(trade["price_ticks"]),
                quantity=market.format_quantity(trade["quantity_lots"]),
                taker_side=trade["taker_side"],
                executed_at=iso_ms(trade["executed_at_ms"]),
            )
            for trade in found.entries
        ]
        return TradePage(
            trades=trades, next_cursor=None if found.end is None else pages.cursor(*found.end)
        )


def _trades(record: JournalRecord) -> list[dict[str, Any]]:
    return [event for event in record.body["events"] if event["type"] == "TradeExecuted"]
