"""Auctions: orders gather without trading, then all that cross trade at one price.

An uncrossing that fills more than one record takes is continued in the next ones, and nothing else
enters the book until it is through, as with a taker.
"""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zerodesk.fees import auction_fee_minor
from zerodesk.instruments import AuctionKind, TradingState
from zerodesk.matching.draft import FILLED, Draft
from zerodesk.matching.fills import refresh
from zerodesk.matching.leading import take_fills
from zerodesk.matching.order import BUY, BookOrder
from zerodesk.matching.positions import take_trade
from zerodesk.matching.reducing import cap_resting
from zerodesk.matching.situations import Auction, Outside, Uncrossing, told
from zerodesk.matching.state import BookState
from zerodesk.matching.trailing import see_last
from zerodesk.orders import BY_BAND, BY_TIME, ending_id_for, halt_id_for

if TYPE_CHECKING:
    from zerodesk.commands import EndAuctionCommand, SetStateCommand

AUCTION_KINDS: Final = frozenset(member.value for member in AuctionKind)
OPEN: Final = TradingState.OPEN.value
AUCTION: Final = TradingState.AUCTION.value
HALTED: Final = TradingState.HALTED.value
DELISTED: Final = TradingState.DELISTED.value
HALT: Final = AuctionKind.HALT.value

STATE_AFTER: Final = {
    AuctionKind.OPENING.value: TradingState.OPEN.value,
    AuctionKind.CLOSING.value: TradingState.HALTED.value,
    AuctionKind.HALT.value: TradingState.OPEN.value,
}
"""What a market is once an auction of a kind has ended."""


def makes_sense(command: "SetStateCommand") -> bool:
    """Whether a change of state can be: only an auction has a kind, only a stop clears."""
    kind, lasts_ms = command.get("auction"), command.get("lasts_ms")
    clears = bool(command.get("clears"))
    if clears != (command["state"] == DELISTED) and command["state"] != HALTED:
        return False
    if command["state"] != AUCTION:
        return kind is None and lasts_ms is None
    return (kind is None or kind in AUCTION_KINDS) and (lasts_ms is None or lasts_ms > 0)


def auction_of(state: BookState, command: "SetStateCommand") -> Auction:
    """Return the auction that a command begins, named by it; one after a halt if it is silent."""
    lasts_ms = command.get("lasts_ms")
    return Auction(
        command["command_id"],
        command.get("auction", HALT),
        None if lasts_ms is None else state.time_ms + lasts_ms,
    )


class Change(NamedTuple):
    """A change of what a market accepts: by which command, to what, why, and by whose word."""

    command_id: str
    to: str
    reason: str
    by: str


def change_state(
    state: BookState,
    draft: Draft,
    change: Change,
    *,
    auction: Auction | None = None,
    outside: Outside | None = None,
    clears: bool = False,
) -> None:
    """Let the market accept other orders than before, and tell.

    Orders that wait come in once it opens, if the last trade has reached their triggers.
    """
    previous, by = state.trading_state, change.by
    state.enter(change.to, change.reason, auction, by, state.time_ms)
    if change.to == OPEN:
        see_last(state, draft)
    event: dict[str, Any] = {
        "type": "MarketStateChanged",
        "command_id": change.command_id,
        "state": change.to,
        "previous": previous,
        "reason": change.reason,
        "at_ms": state.time_ms,
    }
    if by:
        event["by"] = by
    if auction is not None:
        event["auction"] = told(auction)
    if outside is not None:
        event["outside"] = outside._asdict()
    if clears:
        event["clears"] = True
    draft.events.append(event)


def halt(
    state: BookState, draft: Draft, command_id: str, outside: Outside, kind: str = HALT
) -> None:
    """Have the market gather orders in place of a trade outside of its band.

    The auction is the book's own, and counted for its name: one order may halt a market twice.
    """
    market = state.market
    assert market is not None, "a market that trades is listed"
    assert market.band is not None, "no price is outside where there is no band"
    draft.note_terms(state)
    state.halts += 1
    halt_id, ends_at_ms = (
        halt_id_for(state.symbol, state.halts),
        state.time_ms + market.band.auction_ms,
    )
    auction = Auction(halt_id, kind, ends_at_ms, is_halt=True)
    price, reference, low, high = (market.format_price(ticks) for ticks in outside)
    reason = (
        f"the next trade would be at {price}, outside {low} to {high}: {market.band.bps} basis "
        f"points around {reference}"
    )
    change = Change(command_id, AUCTION, reason, BY_BAND)
    change_state(state, draft, change, auction=auction, outside=outside)


def is_due(state: BookState, time_ms: int) -> bool:
    """Whether an auction has to end before anything that was sent at a time is decided."""
    auction = state.auction
    return auction is not None and auction.ends_at_ms is not None and auction.ends_at_ms <= time_ms


def ending(state: BookState, time_ms: int) -> "EndAuctionCommand":
    """Return the command by which a book ends its auction when the time has come."""
    assert state.auction is not None, "only an auction is due"
    auction_id = state.auction.auction_id
    return {
        "kind": "end_auction",
        "command_id": ending_id_for(auction_id),
        "symbol": state.symbol,
        "auction_id": auction_id,
        "reason": "its time was up",
        "by": BY_TIME,
        "accepted_at_ms": time_ms,
    }


def uncross(state: BookState, draft: Draft, change: Change) -> None:
    """Let all that crosses trade at one price; the market is in another state behind the last.

    A market that opens after an auction that was broken off is uncrossed like any other: no open
    book is crossed. Where the price is outside the band another auction comes first, of the
    band's, which then trades at whatever price it finds.
    """
    command_id, then, reason, by = change
    indication, auction = state.indication(), state.auction
    if indication is not None and not (auction is not None and auction.is_halt):
        outside = state.outside(indication.price_ticks)
        if outside is not None:
            # What comes behind it is what was to come now.
            is_same = auction is not None and STATE_AFTER[auction.kind] == then
            kind = auction.kind if auction is not None and is_same else HALT
            halt(state, draft, command_id, outside, kind)
            return
    auction_id = command_id if auction is None else auction.auction_id
    if auction is not None or indication is not None:
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
            | ({"by": by} if by else {})
        )
    if indication is None:
        change_state(state, draft, change)
        return
    price_ticks, lots, _ = indication
    state.uncrossing = Uncrossing(command_id, auction_id, price_ticks, lots, then, reason, by)
    go_on(state, draft)


def go_on(state: BookState, draft: Draft) -> None:
    """Trade as much of an uncrossing as this record takes."""
    uncrossing = state.uncrossing
    assert uncrossing is not None, "there is one to go on with"
    left_lots = uncrossing.left_lots
    while state.uncrosses(left_lots, uncrossing.price_ticks) and draft.fills < draft.max_fills:
        left_lots -= _trade(state, draft, uncrossing, left_lots)
        draft.fills += 1
    if state.uncrosses(left_lots, uncrossing.price_ticks):
        state.uncrossing = uncrossing._replace(left_lots=left_lots)
        return
    state.uncrossing = None
    change = Change(uncrossing.command_id, uncrossing.then, uncrossing.reason, uncrossing.by)
    change_state(state, draft, change)


def _trade(state: BookState, draft: Draft, uncrossing: Uncrossing, most_lots: int) -> int:
    """Let the first of each side trade with each other; returns how many lots.

    Both rested, so both pay the maker's rate, and none has a rebate. Whose order is told as the
    taker's means nothing: it is the buyer's.
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
    draft.events.append(
        {
            "type": "TradeExecuted",
            "command_id": uncrossing.command_id,
            "auction_id": uncrossing.auction_id,
            "trade_id": f"{state.symbol}-{state.trades}",
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
    state.last = (price_ticks, lots, BUY, state.time_ms)
    state.refer_to(price_ticks, state.time_ms, is_auctioned=True)
    if state.positions is not None:
        take_trade(state, draft, (seller, buyer), lots, price_ticks)
    for order in (seller, buyer):
        _move_on(state, draft, order, uncrossing.command_id)
    if state.following:
        take_fills(state, draft, (seller, buyer), uncrossing.command_id)
    if state.reducing:
        pair = (seller.account_id, buyer.account_id)
        cap_resting(state, draft, dict.fromkeys(pair), uncrossing.command_id)
    return lots


def _fill(state: BookState, draft: Draft, order: BookOrder, lots: int, notional_minor: int) -> int:
    """Take lots off a resting order; returns its fee."""
    draft.touch(order)
    fee_minor = auction_fee_minor(notional_minor, order.maker_bps)
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
