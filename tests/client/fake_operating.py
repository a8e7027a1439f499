"""The operator's part of the fake venue."""

from decimal import Decimal
from typing import Any

from tests.client.fake_markets import Markets
from tests.client.fake_state import Answer, Listed, Principal, Refusal
from zerodesk.money import parse_decimal


class Operating(Markets):
    def own_balances(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self.any_balances(who, data, who.account_id)

    def health(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        return 200, {"status": "ok", "version": "0.1.0"}

    def create_account(self, _who: Principal, data: dict[str, Any]) -> Answer:
        self.accounts.setdefault(data["account_id"], data["name"])
        return 201, {"account_id": data["account_id"], "name": self.accounts[data["account_id"]]}

    def list_accounts(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        rows = [{"account_id": key, "name": name} for key, name in sorted(self.accounts.items())]
        return 200, {"accounts": rows}

    def create_key(self, _who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        if account_id not in self.accounts:
            raise Refusal(404, "NOT_FOUND", f"no account {account_id}")
        key_id = f"k{len(self.keys)}"
        api_key = f"zdk_{key_id}_secret"
        self.keys[api_key] = Principal(account_id, data.get("role", "trader"))
        return 201, {"key_id": key_id, "api_key": api_key}

    def revoke_key(
        self, _who: Principal, _data: dict[str, Any], _account_id: str, key_id: str
    ) -> Answer:
        if self.keys.pop(f"zdk_{key_id}_secret", None) is None:
            raise Refusal(404, "NOT_FOUND", f"no key {key_id}")
        return 200, {"key_id": key_id}

    def deposit(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        known = self.deposits.setdefault((account_id, data["deposit_id"]), data)
        if known != data:
            raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", "the id has another body")
        if known is data:
            self.balances[account_id, data["currency"]] += parse_decimal(data["amount"])
        _, balances = self.any_balances(who, data, account_id)
        return 201, {"deposit_id": data["deposit_id"]} | balances

    def any_balances(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        rows = [
            {
                "currency": currency,
                "available": str(total - self._held(account_id, currency)),
                "held": str(self._held(account_id, currency)),
                "total": str(total),
            }
            for (owner, currency), total in sorted(self.balances.items())
            if owner == account_id
        ]
        return 200, {"account_id": account_id, "account_sequence": 1, "balances": rows}

    def list_market(self, _who: Principal, data: dict[str, Any]) -> Answer:
        symbol = data["symbol"]
        if symbol in self.markets:
            if self.markets[symbol].listing != data:
                raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", f"{symbol} is listed otherwise")
            return 200, self._market(symbol)
        self.markets[symbol] = Listed(data, Decimal(data["reference_price"]))
        return 201, self._market(symbol)

    def set_trading_state(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)
        listed.state, listed.reason = data["state"], data["reason"]
        listed.auction = data.get("auction")
        self.trading_states.append((symbol, data["state"], data["reason"]))
        return 200, self._market(symbol)

    def change_market(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        assert data.pop("reason")
        self._listed(symbol).listing.update(data)
        return 200, self._market(symbol)

    def delist_market(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)
        listed.state, listed.reason = "DELISTED", data["reason"]
        return 200, self._market(symbol)

    def settle_option(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)
        listed.state, listed.reason = "DELISTED", f"{data['reason']} at {data['price']}"
        return 200, self._market(symbol)

    def list_halts(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        on = [
            {
                "stops": name,
                "how": "KILL_SWITCH",
                "by": one["author"],
                "reason": one["reason"],
                "since": one["since"],
                "until": None,
            }
            for name, one in sorted(self.kills.items())
            if one["is_on"]
        ]
        return 200, {"halts": on}

    def list_feeds(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        return 200, {"feeds": [self.feeds[symbol] for symbol in sorted(self.feeds)]}

    def set_feed(self, who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        self._listed(symbol)
        kept = {"observed_at": None} | data | {"symbol": symbol, "by": who.account_id}
        fared = {"state": "OPEN", "failures": 3, "failure": "status 503"}
        times = {"since": self.now(), "open_since": self.now(), "open_until": self.now()}
        self.feeds[symbol] = kept | fared | times | {"source": data["url"].split("/")[2]}
        return 200, self.feeds[symbol]

    def remove_feed(self, who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        if self.feeds.pop(symbol, None) is None:
            raise Refusal(404, "NOT_FOUND", f"{symbol} has no feed")
        return self.list_feeds(who, data)

    def list_stopped(self, _who: Principal, data: dict[str, Any]) -> Answer:
        """Tell of no account, and then of one."""
        stop = {"how": "LOSS", "by": "loss", "reason": "lost 9", "since": None, "until": None}
        if "cursor" not in data:
            return 200, {"halts": [], "next_cursor": "more"}
        return 200, {"halts": [{"stops": "account:carol"} | stop], "next_cursor": None}

    def list_kills(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        rows = [{"stops": name} | one for name, one in sorted(self.kills.items())]
        return 200, {"limits_sequence": len(rows), "kills": rows}

    def kill_venue(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self._kill(who, data, "venue", list(self.markets))

    def kill_market(self, who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        self._listed(symbol)
        return self._kill(who, data, f"market:{symbol}", [symbol])

    def kill_account(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        if account_id not in self.accounts:
            raise Refusal(404, "NOT_FOUND", "No account has this id.")
        switch = data | {"author": who.account_id, "since": self.now()}
        return 200, {"stops": f"account:{account_id}"} | switch

    def _kill(self, who: Principal, data: dict[str, Any], name: str, symbols: list[str]) -> Answer:
        self.kills[name] = data | {"author": who.account_id, "since": self.now()}
        for symbol in symbols if data["is_on"] else []:
            listed = self._listed(symbol)
            listed.state, listed.reason = "HALTED", f"kill switch: {data['reason']}"
        return self.list_kills(who, data)

    def end_auction(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        listed = self._listed(symbol)
        if listed.auction is None:
            raise Refusal(409, "NO_AUCTION", f"{symbol} holds no auction")
        assert data["reason"]
        listed.state = "HALTED" if listed.auction == "CLOSING" else "OPEN"
        listed.auction = None
        return 200, self._market(symbol)

    def take_over(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        self._listed(symbol)
        assert data["reason"]
        return 202, {"symbol": symbol, "from_epoch": 1}

    def index_price(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        self._listed(symbol).mark = parse_decimal(data["price"])
        self.index_prices.append((symbol, data["price"]))
        return 202, {}

    def reconcile(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        books = [
            {
                "symbol": symbol,
                "sequence": listed.sequence,
                "records": listed.sequence,
                "entries_zero": True,
                "chain_intact": True,
            }
            for symbol, listed in sorted(self.markets.items())
        ]
        return 200, {
            "balanced": not self.breaches,
            "checked_at": self.now(),
            "books": books,
            "accounts": len(self.accounts),
            "breaches": self.breaches,
        }
