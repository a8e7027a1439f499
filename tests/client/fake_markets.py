"""What the fake venue shows of its markets."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.client.fake_state import Answer, FakeState, Principal, Refusal, page
from zerodesk.instruments import product_of
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
            "product": product_of(symbol).value,
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

    def publish_surface(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        self._listed(symbol)
        ends = datetime.fromisoformat(data["as_of"]) + timedelta(seconds=data["valid_seconds"])
        self.surfaces[symbol] = {
            "symbol": symbol,
            "version": 1,
            "as_of": data["as_of"],
            "valid_until": ends.isoformat(),
            "spot": data["spot"],
            "surface": data["surface"],
        }
        return 200, self.surfaces[symbol]

    def get_surface(self, _who: Principal, _data: dict[str, Any], symbol: str) -> Answer:
        if symbol not in self.surfaces:
            raise Refusal(404, "NOT_FOUND", "No surface is published for this market.")
        return 200, self.surfaces[symbol]

    def quote_option(self, _who: Principal, data: dict[str, Any]) -> Answer:
        self.quoted.append(data)
        if data["symbol"] not in self.surfaces:
            raise Refusal(404, "NOT_FOUND", "No surface is published for this market.")
        if data.get("price") == "1":
            rejection = {"code": "PRICING_COLLAR", "detail": "price outside the collar"}
            return 200, {"verdict": "REFUSED", "surface_version": 1, "rejection": rejection}
        names = ("fair_value", "mark_price", "collar_low", "collar_high", "worst_price", "need")
        quote = dict.fromkeys((*names, "estimated_fee", "forward", "volatility"), "12.5")
        greeks = dict.fromkeys(("delta", "gamma", "vega", "theta", "rho"), "0.25")
        return 200, {"verdict": "PRICED", "surface_version": 1, "quote": quote | {"greeks": greeks}}

    def bind_partner(self, _who: Principal, data: dict[str, Any], source: str) -> Answer:
        self.partners[source] = data["account_id"]
        return 200, {"source": source, "account_id": data["account_id"]}

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
