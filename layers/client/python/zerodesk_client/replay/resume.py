"""Take a replay up again: what its accounts' orders say about each trade.

It starts by waiting until nothing of the earlier run can still arrive: no order is pending, and
none has come for longer than intake takes over a request.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from zerodesk.orders import OrderStatus
from zerodesk_client.api import Order, every
from zerodesk_client.replay.market import ReplayMarket, ReplayOptionError
from zerodesk_client.replay.orders import PASSING_REFUSALS, OrderName, parse_client_order_id
from zerodesk_client.replay.participants import Participants
from zerodesk_client.replay.scoreboard import Pair, Resting, Scoreboard, Step

QUIET_S: Final = 3.0
"""Intake answers within about two seconds, so a request that is older than this has arrived."""
LISTING_THREADS: Final = 4

Found = dict[tuple[int, Step], Order]


def take_up(
    board: Scoreboard,
    market: ReplayMarket,
    run_id: str,
    participants: Participants,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> int:
    """Tell ``board`` what an earlier run has done, and return how many trades that is.

    Raises
    ------
    ReplayOptionError
        The earlier run ended in a state that no replay of these trades leaves behind.
    """
    found = _settled(market.listing.symbol, run_id, participants, sleep)
    if not found:
        return 0
    for (trade, step), order in found.items():
        _check(trade, step, order, len(market.pairs))
    done = [trade for trade, step in found if step is Step.TAKE]
    made = [trade for trade, step in found if step is Step.MAKE]
    queue = sorted(
        (order for order in found.values() if order.is_open),
        # The book's sequence when the order came to rest: that is its place in the queue.
        key=lambda order: (order.book_sequence or 0, order.accepted_at),
    )
    board.resume(
        done=sorted(done),
        untaken=sorted(set(made) - set(done)),
        queue=[Resting(order.side, _pair(order, market)) for order in queue],
    )
    return len(done)


def _settled(
    symbol: str, run_id: str, participants: Participants, sleep: Callable[[float], None]
) -> Found:
    """Return the last placing of each order, once two looks ``QUIET_S`` apart show the same."""
    before = _orders(symbol, participants)
    while True:
        if not before:
            return {}
        sleep(QUIET_S)
        now = _orders(symbol, participants)
        pending = any(order.is_pending for order in now)
        if not pending and _states(now) == _states(before):
            return _last_placings(now, run_id)
        before = now


def _orders(symbol: str, participants: Participants) -> list[Order]:
    with ThreadPoolExecutor(LISTING_THREADS) as pool:
        listed = pool.map(
            lambda participant: list(every(participant.client.orders, symbol=symbol)),
            participants.everybody(),
        )
        return [order for orders in listed for order in orders]


def _states(orders: Iterable[Order]) -> dict[str, OrderStatus]:
    return {order.order_id: order.status for order in orders}


def _last_placings(orders: Iterable[Order], run_id: str) -> Found:
    named = [
        (name, order)
        for order in orders
        if (name := parse_client_order_id(order.client_order_id, run_id)) is not None
    ]
    last: dict[tuple[int, Step], tuple[OrderName, Order]] = {}
    for name, order in named:
        known = last.get((name.trade, name.step))
        if known is None or known[0].attempt < name.attempt:
            last[name.trade, name.step] = (name, order)
    return {
        place: order
        for place, (_, order) in last.items()
        if order.rejection is None or order.rejection.code not in PASSING_REFUSALS
    }


def _check(trade: int, step: Step, order: Order, trades: int) -> None:
    if trade >= trades:
        raise ReplayOptionError(
            f"the run has an order for trade {trade + 1} of {trades}: give the FILE, --from and "
            "--limit that it was started with"
        )
    expected = (
        (OrderStatus.FILLED,) if step is Step.TAKE else (OrderStatus.OPEN, OrderStatus.FILLED)
    )
    if order.status not in expected:
        raise ReplayOptionError(
            f"order {order.client_order_id} of the earlier run is {order.status}: that run "
            "differed from the file and cannot be taken up again"
        )


def _pair(order: Order, market: ReplayMarket) -> Pair:
    assert order.price is not None, "makers are limit orders"
    ticks = order.price / market.listing.tick_size
    lots = order.remaining_quantity / market.listing.lot_size
    return Pair(int(ticks), int(lots))
