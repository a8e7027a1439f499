"""What the fake venue shows of its markets."""

from decimal import Decimal
from typing import Any

from tests.client.fake_state import Answer, FakeState, Principal, page
from zerodesk.orders import Side


class Markets(FakeState):
    def list_markets(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        return 200, {"markets": [self._market(symbol) for symbol in sorted(self.markets)]}

    def get_market(self, _who: Principal, _data: dict[str, Any], symbol: str) -> Answer:
        return 200, self._market(symbol)

    def _market(self, symbol: str) -> dict[str, Any]:
        listed = self._listed(symbol)
        last = listed.trades[-1]["price"] if listed.trades else None
        return listed.listing | {
            "state": listed.state,
            "state_reason": listed.reason,
            "state_by": "operator" if listed.reason else "",
            "state_since": self.now() if listed.reason else None,
            "mark_price": str(listed.mark),
            "last_price": last,
            "auction": listed.auction
            and {
                "auction_id": "state-1",
                "kind": listed.auction,
                "ends_at": None,
                "indicative_price": "60000.5",
                "indicative_quantity": "0.25",
                "surplus": "-0.1",
            },
        }

    def depth(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)

        def rows(side: Side) -> list[list[Any]]:
            levels: dict[Decimal, list[Decimal]] = {}
            for entry in listed.book.side(side):
                levels.setdefault(entry.price, []).append(entry.remaining)
            best = list(levels.items())[: int(data.get("levels", 20))]
            return [[str(price), str(sum(sizes)), len(sizes)] for price, sizes in best]

        return 200, {
            "symbol": symbol,
            "book_sequence": listed.sequence,
            "bids": rows(Side.BUY),
            "asks": rows(Side.SELL),
        }

    def ticker(self, _who: Principal, _data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)
        prices = [Decimal(trade["price"]) for trade in listed.trades]
        sizes = [Decimal(trade["quantity"]) for trade in listed.trades]
        bids, asks = listed.book.side(Side.BUY), listed.book.side(Side.SELL)
        return 200, {
            "symbol": symbol,
            "last_price": str(prices[-1]) if prices else None,
            "mark_price": str(listed.mark),
            "best_bid": str(bids[0].price) if bids else None,
            "best_ask": str(asks[0].price) if asks else None,
            "open_24h": str(prices[0]) if prices else None,
            "high_24h": str(max(prices)) if prices else None,
            "low_24h": str(min(prices)) if prices else None,
            "volume_24h": str(sum(sizes)),
            "quote_volume_24h": str(sum(p * q for p, q in zip(prices, sizes, strict=True))),
            "trades_24h": len(prices),
            "book_sequence": listed.sequence,
            "at": self.now(),
        }

    def list_trades(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        return 200, page("trades", self._listed(symbol).trades[::-1], data)
