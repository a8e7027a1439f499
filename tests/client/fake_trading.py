"""The fake venue's orders: decided by a naive book, settled at once."""

from decimal import Decimal
from typing import Any

from tests.client.fake_state import (
    Answer,
    FakeState,
    Listed,
    Principal,
    Refusal,
    number,
    page,
    public,
)
from tests.client.naive_book import BookOrder, Match
from zerodesk.orders import Side, following_id_for, order_id_for


class Trading(FakeState):
    def place(self, who: Principal, data: dict[str, Any]) -> Answer:
        order_id = order_id_for(who.account_id, data["client_order_id"])
        known = self.orders.get(order_id)
        if known is not None:
            if known["body"] != data:
                raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", "the id has another body")
            return self._order_answer(known)
        listed = self.markets.get(data["symbol"])
        if listed is None:
            raise Refusal(422, "INTAKE_UNKNOWN_SYMBOL", "no such market", field="symbol")
        quantity = self._quantity(data, listed)
        price = None
        if data.get("type", "LIMIT") == "LIMIT":
            price = number(data, "price", listed.listing["tick_size"], "INTAKE_OFF_TICK")
        order = self._new_order(order_id, who.account_id, data, price, quantity)
        self.orders[order_id] = order
        if self.pending_answers:
            self.pending_answers -= 1
            self.waiting[order_id] = self.polls_until_answer
        else:
            self._decide(order)
        return self._order_answer(order)

    def _quantity(self, data: dict[str, Any], listed: Listed) -> Decimal:
        """Return the quantity, or what an amount comes to at the mark, in whole lots."""
        lot_size = listed.listing["lot_size"]
        if "quote_amount" not in data:
            return number(data, "quantity", lot_size, "INTAKE_OFF_LOT")
        quantity = Decimal(data["quote_amount"]) / listed.mark
        return (quantity - quantity % Decimal(lot_size)).normalize()

    def place_batch(self, who: Principal, data: dict[str, Any]) -> Answer:
        return 200, {"results": [self._one_of_batch(who, one) for one in data["orders"]]}

    def _one_of_batch(self, who: Principal, data: dict[str, Any]) -> dict[str, Any]:
        known = self.orders.get(order_id_for(who.account_id, data["client_order_id"]))
        if known is not None:
            self.get_order(who, {}, known["order_id"])
        try:
            status, order = self.place(who, data)
        except Refusal as refusal:
            return {"status": refusal.status, "order": None, "problem": refusal.body}
        return {"status": status, "order": order, "problem": None}

    def _order_answer(self, order: dict[str, Any]) -> Answer:
        return (202 if order["status"] == "QUEUED" else 201), public(order)

    def _new_order(
        self,
        order_id: str,
        account_id: str,
        data: dict[str, Any],
        price: Decimal | None,
        quantity: Decimal,
    ) -> dict[str, Any]:
        at = self.now()
        return {
            "order_id": order_id,
            "client_order_id": data["client_order_id"],
            "symbol": data["symbol"],
            "side": data["side"],
            "type": data.get("type", "LIMIT"),
            "time_in_force": data.get("time_in_force", "GTC"),
            "post_only": data.get("post_only", False),
            "slides": data.get("slides", False),
            "self_trade": data.get("self_trade", "NONE"),
            "min_quantity": data.get("min_quantity"),
            "display_quantity": data.get("display_quantity"),
            "trigger": data.get("trigger"),
            "trigger_price": data.get("trigger_price"),
            "trail": data.get("trail"),
            "trail_bps": data.get("trail_bps"),
            "quote_amount": data.get("quote_amount"),
            "stop_price": data.get("stop_price"),
            "stop_limit_price": data.get("stop_limit_price"),
            "then": following_id_for(account_id, data["client_order_id"])
            if "then" in data
            else None,
            "after": None,
            "quantity": str(quantity),
            "price": None if price is None else str(price),
            "status": "QUEUED",
            "filled_quantity": "0",
            "remaining_quantity": str(quantity),
            "average_price": None,
            "fee": "0",
            "fee_currency": data["symbol"].split("-")[1],
            "rejection": None,
            "accepted_at": at,
            "updated_at": at,
            "account_sequence": 1,
            "book_sequence": None,
            "account_id": account_id,
            "body": data,
            "paid": Decimal(0),
        }

    def _decide(self, order: dict[str, Any]) -> None:
        listed = self.markets[order["symbol"]]
        listed.sequence += 1
        order["book_sequence"] = listed.sequence
        side, collar = Side(order["side"]), Decimal(listed.listing["collar_bps"]) / 10_000
        low, high = listed.mark * (1 - collar), listed.mark * (1 + collar)
        worst = high if side is Side.BUY else low
        price = Decimal(order["price"]) if order["price"] else worst
        entry = BookOrder(order, side, price, Decimal(order["quantity"]))
        if not low <= price <= high:
            self._reject(order, "PRICING_COLLAR", have=str(price), limit=f"{low} to {high}")
        elif self._open_orders(order["account_id"]) >= self.open_order_limit:
            self._reject(order, "RISK_OPEN_ORDER_LIMIT", limit=str(self.open_order_limit))
        elif self._need(entry) > self._available(order["account_id"], self._need_currency(entry)):
            self._reject(order, "RISK_INSUFFICIENT_BALANCE", need=str(self._need(entry)))
        elif order["trigger"] is not None:
            order["status"] = "ARMED"
        elif order["post_only"] and listed.book.crossing(entry):
            self._reject(order, "MATCHING_POST_ONLY_WOULD_CROSS")
        else:
            self._match(listed, order, entry)

    def _match(self, listed: Listed, order: dict[str, Any], entry: BookOrder) -> None:
        reachable = sum((o.remaining for o in listed.book.crossing(entry)), Decimal(0))
        if order["time_in_force"] == "FOK" and reachable < entry.remaining:
            order["status"] = "EXPIRED"
            return
        for match in listed.book.take(entry):
            self._settle(listed, match)
        if not entry.remaining:
            order["status"] = "FILLED"
        elif order["time_in_force"] != "GTC" or order["type"] == "MARKET":
            order["status"] = "EXPIRED"
        else:
            order["status"] = "PARTIALLY_FILLED" if order["paid"] else "OPEN"
            listed.book.resting.append(entry)

    def _settle(self, listed: Listed, match: Match) -> None:
        at, number = self.now(), len(listed.trades) + 1
        trade_id = f"{listed.listing['symbol']}-{number}"
        for entry, role in ((match.maker, "maker"), (match.taker, "taker")):
            order, notional = entry.owner, match.price * match.quantity
            fee = (notional * listed.rate(role)).quantize(Decimal("0.000001"), "ROUND_FLOOR")
            sign = 1 if entry.side is Side.BUY else -1
            account_id = order["account_id"]
            self.balances[account_id, listed.listing["base"]] += sign * match.quantity
            self.balances[account_id, listed.listing["quote"]] -= sign * notional + fee
            listed.fees += fee
            order["paid"] += notional
            order["fee"] = str(Decimal(order["fee"]) + fee)
            filled = Decimal(order["filled_quantity"]) + match.quantity
            order["filled_quantity"] = str(filled)
            order["remaining_quantity"] = str(Decimal(order["quantity"]) - filled)
            order["average_price"] = str(order["paid"] / filled)
            order["status"] = "PARTIALLY_FILLED" if entry.remaining else "FILLED"
            order["updated_at"] = at
            self.fills[account_id].append(
                {
                    "trade_id": trade_id,
                    "order_id": order["order_id"],
                    "symbol": order["symbol"],
                    "side": order["side"],
                    "price": str(match.price),
                    "quantity": str(match.quantity),
                    "fee": str(fee),
                    "fee_currency": listed.listing["quote"],
                    "liquidity": role.upper(),
                    "executed_at": at,
                }
            )
        listed.trades.append(
            {
                "trade_id": trade_id,
                "price": str(match.price),
                "quantity": str(match.quantity),
                "taker_side": match.taker.side.value,
                "executed_at": at,
            }
        )

    def _reject(self, order: dict[str, Any], code: str, **numbers: str) -> None:
        order["status"] = "REJECTED"
        order["rejection"] = {"code": code, "detail": code.lower(), **numbers}

    def _own(self, who: Principal, order_id: str) -> dict[str, Any]:
        order = self.orders.get(order_id)
        if order is None or order["account_id"] != who.account_id:
            raise Refusal(404, "NOT_FOUND", "no such order")
        return order

    def get_order(self, who: Principal, _data: dict[str, Any], order_id: str) -> Answer:
        order = self._own(who, order_id)
        if order_id in self.waiting:
            self.waiting[order_id] -= 1
            if self.waiting[order_id] <= 0:
                del self.waiting[order_id]
                self._decide(order)
        return 200, public(order)

    def cancel(self, who: Principal, _data: dict[str, Any], order_id: str) -> Answer:
        order = self._own(who, order_id)
        book = self.markets[order["symbol"]].book
        if order["status"] not in ("OPEN", "PARTIALLY_FILLED", "CANCELLED"):
            raise Refusal(409, "ORDER_NOT_OPEN", f"the order is {order['status']}")
        book.resting = [entry for entry in book.resting if entry.owner is not order]
        order["status"] = "CANCELLED"
        return 200, public(order)

    def replace(self, who: Principal, data: dict[str, Any], order_id: str) -> Answer:
        try:
            _, cancelled = self.cancel(who, {}, order_id)
        except Refusal:
            if data["mode"] != "ALLOW_FAILURE":
                raise
            cancelled = public(self._own(who, order_id))
        status, order = self.place(who, data["order"])
        return status, {"cancelled": cancelled, "order": order}

    def cancel_all(self, who: Principal, data: dict[str, Any]) -> Answer:
        """Cancel what is open when an id comes first; a repeat finds the same orders."""
        key, symbol = (who.account_id, data["cancel_id"]), data.get("symbol")
        named = self.mass_cancels.setdefault(
            key,
            [
                order["order_id"]
                for order in self.orders.values()
                if order["account_id"] == who.account_id
                and order["status"] in ("OPEN", "PARTIALLY_FILLED")
                and symbol in (None, order["symbol"])
            ],
        )
        pending = self.pending_answers > 0
        if pending:
            self.pending_answers -= 1
        else:
            for order_id in named:
                self.cancel(who, {}, order_id)
        return 202 if pending else 200, {
            "cancel_id": data["cancel_id"],
            "symbol": symbol,
            "status": "PENDING" if pending else "DONE",
            "account_sequence": 1,
            "orders": [public(self.orders[order_id]) for order_id in named],
        }

    def cancel_after(self, who: Principal, data: dict[str, Any]) -> Answer:
        """Set a switch that never fires: time stands still here."""
        key, seconds = (who.account_id, data.get("symbol")), data["seconds"]
        self.switches[key] = None if not seconds else f"2026-11-21T07:{seconds // 60:02d}:00.000Z"
        return 200, {"symbol": key[1], "cancels_at": self.switches[key], "fired": False}

    def amend(self, who: Principal, data: dict[str, Any], order_id: str) -> Answer:
        """Change a resting order; one that would meet another is refused here."""
        order = self._own(who, order_id)
        key = who.account_id, data["amend_id"]
        if key not in self.amends:
            self.amends[key] = self._amend(order, data)
        answer = {"amend_id": data["amend_id"], "order": public(order)} | self.amends[key]
        if self.pending_answers:
            self.pending_answers -= 1
            return 202, answer | {"status": "PENDING", "rejection": None}
        return 200, answer

    def _amend(self, order: dict[str, Any], data: dict[str, Any]) -> dict[str, Any]:
        book = self.markets[order["symbol"]].book
        resting = [entry for entry in book.resting if entry.owner is order]
        if not resting:
            raise Refusal(409, "ORDER_NOT_OPEN", f"the order is {order['status']}")
        quantity = Decimal(data.get("quantity", order["quantity"]))
        filled = Decimal(order["filled_quantity"])
        if quantity <= filled:
            code = "MATCHING_AMEND_BELOW_FILLED"
            return {"status": "REJECTED", "rejection": {"code": code, "detail": "filled"}}
        order |= {"quantity": str(quantity), "remaining_quantity": str(quantity - filled)}
        order["price"] = data.get("price", order["price"])
        resting[0].price, resting[0].remaining = Decimal(order["price"]), quantity - filled
        return {"status": "DONE", "rejection": None}

    def list_orders(self, who: Principal, data: dict[str, Any]) -> Answer:
        open_states = ("OPEN", "PARTIALLY_FILLED")
        wanted = data.get("status", "all")
        mine = [
            public(order)
            for order in reversed(self.orders.values())
            if order["account_id"] == who.account_id
            and data.get("symbol") in (None, order["symbol"])
            and (wanted == "all" or (wanted == "open") == (order["status"] in open_states))
        ]
        return 200, page("orders", mine, data)

    def list_fills(self, who: Principal, data: dict[str, Any]) -> Answer:
        mine = [
            fill
            for fill in reversed(self.fills[who.account_id])
            if data.get("symbol") in (None, fill["symbol"])
            and data.get("order_id") in (None, fill["order_id"])
        ]
        return 200, page("fills", mine, data)
