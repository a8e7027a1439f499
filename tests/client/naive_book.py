"""A book with price-time priority in the fewest lines: what the clever ones are held against."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from zerodesk.orders import Side


@dataclass
class BookOrder:
    owner: Any
    side: Side
    price: Decimal
    remaining: Decimal


@dataclass
class Match:
    maker: BookOrder
    taker: BookOrder
    price: Decimal
    quantity: Decimal


@dataclass
class NaiveBook:
    resting: list[BookOrder] = field(default_factory=list)
    matches: list[Match] = field(default_factory=list)

    def side(self, side: Side) -> list[BookOrder]:
        """Best price first, then first come, first served: sorting is stable."""
        sign = -1 if side is Side.BUY else 1
        return sorted((o for o in self.resting if o.side is side), key=lambda o: sign * o.price)

    def crossing(self, order: BookOrder) -> list[BookOrder]:
        if order.side is Side.BUY:
            return [o for o in self.side(Side.SELL) if o.price <= order.price]
        return [o for o in self.side(Side.BUY) if o.price >= order.price]

    def take(self, order: BookOrder) -> list[Match]:
        """Fill an order against what it crosses; its rest is the caller's to keep or drop."""
        made = []
        for maker in self.crossing(order):
            quantity = min(maker.remaining, order.remaining)
            if not quantity:
                break
            maker.remaining -= quantity
            order.remaining -= quantity
            made.append(Match(maker, order, maker.price, quantity))
        self.resting = [o for o in self.resting if o.remaining]
        self.matches += made
        return made
