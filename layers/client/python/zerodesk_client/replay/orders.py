"""The orders of a replay: their ids, what is asked for, what must come of them."""

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from zerodesk.orders import OrderStatus, TimeInForce
from zerodesk_client.api import NewOrder, Order
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.participants import Participants
from zerodesk_client.replay.scoreboard import Operation, Step

PASSING_REFUSALS: Final = frozenset({"RISK_OPEN_ORDER_LIMIT", "MATCHING_EXPIRED"})
"""Refusals that say nothing about the order: the account's holds await settlement, or the command
came too late to its book. The order is then placed anew, under its next id."""
REFUSAL_PAUSE_S: Final = 0.25
PENDING_ROUND_S: Final = 5.0
"""How long an order is asked for before it is placed again."""
_CLIENT_ORDER_ID: Final = re.compile(r"[A-Z0-9]+-([0-9]+)([mt])(?:\.([0-9]+))?")


@dataclass(frozen=True, slots=True)
class OrderName:
    """Which order of which trade (index), and how many times it was placed anew."""

    trade: int
    step: Step
    attempt: int = 0

    def client_order_id(self, run_id: str) -> str:
        """Return the id that makes placing it again harmless, such as ``K7Q2MX-17t``."""
        again = f".{self.attempt}" if self.attempt else ""
        return f"{run_id}-{self.trade + 1}{self.step.value}{again}"


@dataclass(frozen=True, slots=True)
class Surprise:
    """An order that came to something else than the file says."""

    client_order_id: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Sent:
    """An operation that was carried out, and the latency of its last placing."""

    operation: Operation
    latency_s: float
    placed_anew: int
    surprise: Surprise | None


class OrderSender:
    """Places the orders of one replay; safe to share between threads."""

    def __init__(
        self,
        run_id: str,
        symbol: str,
        trades: tuple[RecordedTrade, ...],
        participants: Participants,
        *,
        patience_s: float,
        stopped: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run_id = run_id
        self._symbol = symbol
        self._trades = trades
        self._participants = participants
        self._patience_s = patience_s
        self._stopped = stopped
        self._clock = clock

    def send(self, operation: Operation) -> Sent:
        """Place an order and wait for what the book makes of it."""
        name = OrderName(operation.trade, operation.step)
        deadline_s = self._clock() + self._patience_s
        while True:
            started_s = self._clock()
            order = self._place(operation, name, deadline_s)
            latency_s = self._clock() - started_s
            passing = order.rejection is not None and order.rejection.code in PASSING_REFUSALS
            if not passing or self._clock() >= deadline_s or self._stopped.wait(REFUSAL_PAUSE_S):
                surprise = None if is_as_recorded(operation, order) else self._surprise(name, order)
                return Sent(operation, latency_s, name.attempt, surprise)
            name = replace(name, attempt=name.attempt + 1)

    def _place(self, operation: Operation, name: OrderName, deadline_s: float) -> Order:
        """Place until the book has answered: placing again is harmless and wakes what slept."""
        client = self._participants.of(operation.trade, operation.step).client
        while True:
            order = client.place_order(self._order(operation, name), wait_s=PENDING_ROUND_S)
            if not order.is_pending or self._clock() >= deadline_s or self._stopped.is_set():
                return order

    def _order(self, operation: Operation, name: OrderName) -> NewOrder:
        trade = self._trades[operation.trade]
        rests = operation.step is Step.MAKE
        return NewOrder(
            client_order_id=name.client_order_id(self._run_id),
            symbol=self._symbol,
            side=operation.side,
            quantity=trade.quantity,
            price=trade.price,
            time_in_force=TimeInForce.GTC if rests else TimeInForce.IOC,
            post_only=rests,
        )

    def _surprise(self, name: OrderName, order: Order) -> Surprise:
        expected = "OPEN" if name.step is Step.MAKE else f"FILLED at {order.price}"
        why = "" if order.rejection is None else f": {order.rejection.code}"
        found = (
            f"{order.status}{why}, {order.filled_quantity} of {order.quantity} filled "
            f"at {order.average_price}"
        )
        return Surprise(name.client_order_id(self._run_id), expected, found)


def is_as_recorded(operation: Operation, order: Order) -> bool:
    """Whether an order came to what the file says.

    A maker rests, or has been met already: a taker of the same price and quantity that was sent
    for another maker may arrive before the answer is read.
    """
    if operation.step is Step.TAKE:
        return order.status is OrderStatus.FILLED and order.average_price == order.price
    return order.status in (OrderStatus.OPEN, OrderStatus.FILLED)


def parse_client_order_id(text: str, run_id: str) -> OrderName | None:
    """Return which order an id names, or None when it is none of this run's."""
    found = _CLIENT_ORDER_ID.fullmatch(text)
    if found is None or not text.startswith(f"{run_id}-"):
        return None
    number, step, attempt = found.groups()
    return OrderName(int(number) - 1, Step(step), int(attempt or 0))
