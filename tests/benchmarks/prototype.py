"""The least that matches: price levels in dicts, a heap of prices for each side, nothing else.

The yardstick that ``matching`` is measured beside, as a machine may be half as fast an hour later:
no account, no event, no condition of any kind, an order is a number of lots.
"""

from collections import deque
from heapq import heappop, heappush

from zerodesk.commands import Command

Resting = list[int]
"""[lots left]: emptied by whoever cancels it, and passed over by whoever comes upon it."""

Terms = tuple[str, bool, int, int, bool]
"""(id, buys, price in ticks, lots, rests)."""


class Prototype:
    """Price and time priority over limit and IOC orders; a cancelled order is left as it stands."""

    def __init__(self) -> None:
        self.resting: dict[str, Resting] = {}
        self.trades = 0
        self._levels: tuple[dict[int, deque[tuple[str, Resting]]], ...] = ({}, {})
        self._prices: tuple[list[int], list[int]] = ([], [])

    def prepare(self, commands: list[Command]) -> list[Terms | str]:
        """Return the terms of each order, and the id that a cancel names."""
        return [
            command["order_id"]
            if command["kind"] == "cancel"
            else (
                command["command_id"],
                command["side"] == "BUY",
                command["price_ticks"],
                command["quantity_lots"],
                command["time_in_force"] == "GTC",
            )
            for command in commands
            if command["kind"] in ("place", "cancel")
        ]

    def run(self, work: list[Terms | str]) -> None:  # noqa: C901, PLR0912 - see below
        """Match one after the other; in one piece, as a call costs as much as what it would do.

        A heap has its best price first, so those of bids are negative.
        """
        resting, trades = self.resting, self.trades
        (asks, bids), (ask_prices, bid_prices) = self._levels, self._prices
        for terms in work:
            if isinstance(terms, str):
                cancelled = resting.pop(terms, None)
                if cancelled is not None:
                    cancelled[0] = 0
                continue
            order_id, buys, ticks, lots, rests = terms
            if buys:
                levels, prices, limit = asks, ask_prices, ticks
            else:
                levels, prices, limit = bids, bid_prices, -ticks
            while prices and prices[0] <= limit:
                level = levels[prices[0]]
                while level and lots:
                    maker_id, maker = level[0]
                    if maker[0] > lots:
                        maker[0] -= lots
                        lots = 0
                        trades += 1
                    else:
                        level.popleft()
                        if maker[0]:
                            lots -= maker[0]
                            trades += 1
                            del resting[maker_id]
                if level:
                    break
                del levels[heappop(prices)]
            if lots and rests:
                if buys:
                    levels, prices, key = bids, bid_prices, -ticks
                else:
                    levels, prices, key = asks, ask_prices, ticks
                standing = levels.get(key)
                if standing is None:
                    standing = levels[key] = deque()
                    heappush(prices, key)
                resting[order_id] = maker = [lots]
                standing.append((order_id, maker))
        self.trades = trades

    def report(self) -> str:
        """Say what came of it, to be compared with what the engine says."""
        return f"{self.trades:,} trades, {len(self.resting):,} orders resting"
