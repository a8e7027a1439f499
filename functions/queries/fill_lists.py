"""An account's fills, from the settlements in its journal."""

from functools import partial
from typing import Any

from queries.backwards import MAX_RECORDS, page_back
from zerodesk.accounts import LIQUIDATE
from zerodesk.money import format_minor
from zerodesk.settlement import EXPIRY
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.cursors import Pages
from zerodesk_aws.contracts.order_lists import Fill, FillPage, ListFills
from zerodesk_aws.journal import JournalRecord
from zerodesk_aws.listings import Listings


class FillLists:
    """Answers for fills."""

    def __init__(self, accounts: AccountJournal, listings: Listings) -> None:
        self._accounts, self._listings = accounts, listings

    def page(self, account_id: str, asked: ListFills) -> FillPage:
        """Return a page of an account's fills, newest first."""
        pages = Pages(int, "fills", account_id, asked.symbol, asked.order_id)

        def wanted(fill: dict[str, Any]) -> bool:
            return asked.symbol in (None, fill["symbol"]) and asked.order_id in (
                None,
                fill["order_id"],
            )

        found = page_back(
            partial(self._accounts.backwards, account_id, limit=MAX_RECORDS),
            _fills,
            pages.position(asked.cursor),
            asked.limit,
            wanted=wanted,
            is_last=lambda record: _holds(record, asked.order_id),
        )
        return FillPage(
            fills=[self._view(fill) for fill in found.entries],
            next_cursor=None if found.end is None else pages.cursor(*found.end),
        )

    def _view(self, fill: dict[str, Any]) -> Fill:
        market = self._listings.get(fill["symbol"])
        assert market is not None, "a fill happens only in a listed market"
        return Fill(
            trade_id=fill["trade_id"],
            order_id=None if fill["liquidity"] == EXPIRY else fill["order_id"],
            symbol=market.symbol,
            side=fill["side"],
            price=market.format_price(fill["price_ticks"]),
            quantity=market.format_quantity(fill["quantity_lots"]),
            fee=format_minor(fill["fee_minor"], market.quote),
            fee_currency=market.quote,
            liquidity=fill["liquidity"],
            executed_at=iso_ms(fill["executed_at_ms"]),
        )


def _fills(record: JournalRecord) -> list[dict[str, Any]]:
    cause = record.body["cause"]
    if cause["kind"] != "settle":
        return []
    return [fill | {"symbol": cause["book"]} for fill in cause["fills"]]


def _holds(record: JournalRecord, order_id: str | None) -> bool:
    """Whether a record is the hold of an order: nothing of it was filled before."""
    cause = record.body["cause"]
    if order_id is None or cause["kind"] not in ("hold", LIQUIDATE):
        return False
    return order_id in (cause.get("order_id"), cause.get("then"))
