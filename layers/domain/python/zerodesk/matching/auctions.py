"""Auctions: orders gather without trading, then all that cross trade at one price.

An uncrossing that fills more than one record takes is continued in the next ones, and nothing else
enters the book until it is through, as with a taker.
"""

from typing import Final

from zerodesk.instruments import AuctionKind, TradingState
from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.fills import refresh
from zerodesk.matching.order import BUY, BookOrder
from zerodesk.matching.state import Auction, BookState, Uncrossing
from zerodesk.matching.trailing import see_last
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import EndAuctionCommand, SetStateCommand, ending_id_for

AUCTION_KINDS: Final = frozenset(member.value for member in AuctionKind)
OPEN: Final = TradingState.OPEN.value
AUCTION: Final = TradingState.AUCTION.value

STATE_AFTER: Final = {
    AuctionKind.OPENING.value: TradingState.OPEN.value,
    AuctionKind.CLOSING.value: TradingState.HALTED.value,
    AuctionKind.HALT.value: TradingState.OPEN.value,
}
"""What a market is once an auction of a kind has ended."""


def makes_sense(command: SetStateCommand) -> bool:
    """Whether what a change of state says of an auction can be: only an auction has a kind."""
    kind, lasts_ms = command.get("auction"), command.get("lasts_ms")
    if command["state"] != AUCTION:
        return kind is None and lasts_ms is None
    return (kind is None or kind in AUCTION_KINDS) and (lasts_ms is None or lasts_ms > 0)


def auction_of(state: BookState, command: SetStateCommand) -> Auction:
    """Return the auction that a command begins, named by it; one after a halt if it is silent."""
    lasts_ms = command.get("lasts_ms")
    return Auction(
        command["command_id"],
        command.get("auction", AuctionKind.HALT.value),
        None if lasts_ms is None else state.time_ms + lasts_ms,
    )


def change_state(
    state: BookState,
    draft: Draft,
    command_id: str,
    to: str,
    reason: str,
    auction: Auction | None = None,
) -> None:
    """Let the market accept other orders than before, and tell.

    Orders that wait come in once it opens, if the last trade has reached their triggers.
    """
    previous = state.trading_state
    state.enter(to, reason, auction)
    if to == OPEN:
        see_last(state, draft)
    event = {
        "type": "MarketStateChanged",
        "command_id": command_id,
        "state": to,
        "previous": previous,
        "reason": reason,
    }
    draft.events.append(event if auction is None else event | {"auction": auction._asdict()})


def is_due(state: BookState, time_ms: int) -> bool:
    """Whether an auction has to end before anything that was sent at a time is decided."""
    auction = state.auction
    return auction is not None and auction.ends_at_ms is not None and auction.ends_at_ms <= time_ms


def ending(state: BookState, time_ms: int) -> EndAuctionCommand:
    """Return the command by which a book ends its auction when the time has come."""
    assert state.auction is not None, "only an auction is due"
    auction_id = state.auction.auction_id
    return {
        "kind": "end_auction",
        "command_id": ending_id_for(auction_id),
        "symbol": state.symbol,
        "auction_id": auction_id,
        "reason": "its time was up",
        "accepted_at_ms": time_ms,
    }


def uncross(state: BookState, draft: Draft, command_id: str, then: str, reason: str) -> None:
    """Let all that crosses trade at one price; the market is in another state behind the last.

    A market that opens after an auction that was broken off is uncrossed like any other: no open
    book is crossed.
    """
    indication = state.indication()
    auction_id = command_id if state.auction is None else state.auction.auction_id
    if state.auction is not None or indication is not None:
        price_ticks, lots, surplus_lots = indication or (None, 0, 0)
        draft.events.append(
            {
                "type": "AuctionUncrossed",
                "command_id": command_id,
                "auction_id": auction_id,
                "price_ticks": price_ticks,
                "quantity_lots": lots,
                "surplus_lots": surplus_lots,
                "then": then,
                "reason": reason,
            }
        )
    if indication is None:
        change_state(state, draft, command_id, then, reason)
        return
    state.uncrossing = Uncrossing(
        command_id, auction_id, indication.price_ticks, indication.quantity_lots, then, reason
    )
    go_on(state, draft)


def go_on(state: BookState, draft: Draft) -> None:
    """Trade as much of an uncrossing as this record takes."""
    uncrossing = state.uncrossing
    assert uncrossing is not None, "there is one to go on with"
    left_lots = uncrossing.left_lots
    while left_lots and draft.fills < draft.max_fills:
        left_lots -= _trade(state, draft, uncrossing, left_lots)
        draft.fills += 1
    if left_lots:
        state.uncrossing = uncrossing._replace(left_lots=left_lots)
        return
    state.uncrossing = None
    change_state(state, draft, uncrossing.command_id, uncrossing.then, uncrossing.reason)


def _trade(state: BookState, draft: Draft, uncrossing: Uncrossing, most_lots: int) -> int:
    """Let the first of each side trade with each other; returns how many lots.

    Both rested, so both pay the maker's rate. Whose order is told as the taker's means nothing:
    it is the buyer's.
    """
    bids, asks = state.bids.best(), state.asks.best()
    assert bids is not None, "what is to trade crosses"
    assert asks is not None, "what is to trade crosses"
    buyer, seller = bids.head, asks.head
    assert buyer is not None, "the best level has an order"
    assert seller is not None, "the best level has an order"
    price_ticks = uncrossing.price_ticks
    lots = min(buyer.remaining_lots, seller.remaining_lots, most_lots)
    notional_minor = price_ticks * lots * state.tick_value_minor
    fees_minor = [_fill(state, draft, order, lots, notional_minor) for order in (seller, buyer)]
    state.trades += 1
    trade_id = f"{state.symbol}-{state.trades}"
    draft.events.append(
        {
            "type": "TradeExecuted",
            "command_id": uncrossing.command_id,
            "auction_id": uncrossing.auction_id,
            "trade_id": trade_id,
            "price_ticks": price_ticks,
            "quantity_lots": lots,
            "maker_order_id": seller.order_id,
            "maker_account_id": seller.account_id,
            "maker_fee_minor": fees_minor[0],
            "taker_order_id": buyer.order_id,
            "taker_account_id": buyer.account_id,
            "taker_fee_minor": fees_minor[1],
            "taker_side": BUY,
            "executed_at_ms": state.time_ms,
        }
    )
    state.last = (trade_id, price_ticks, lots, BUY, state.time_ms)
    for order in (seller, buyer):
        _move_on(state, draft, order, uncrossing.command_id)
    return lots


def _fill(state: BookState, draft: Draft, order: BookOrder, lots: int, notional_minor: int) -> int:
    """Take lots off a resting order; returns its fee."""
    draft.touch(order)
    fee_minor = notional_minor * order.maker_bps // BASIS_POINTS
    state.ladder_of(order).levels[order.key].change(-lots)
    order.remaining_lots -= lots
    order.notional_minor += notional_minor
    order.fee_minor += fee_minor
    state.fees_minor += fee_minor
    return fee_minor


def _move_on(state: BookState, draft: Draft, order: BookOrder, command_id: str) -> None:
    """Let an order that is filled leave, or show its next lots at the end of its queue."""
    if order.remaining_lots:
        return
    if order.hidden_lots:
        state.requeue(order)
        refresh(state, draft, order, command_id)
        return
    state.withdraw(order)
    draft.moves.append(order)
    order.outcome = FILLED
