"""Commands for a book that is used as a library, with the hold that risk would have made."""

from typing import TYPE_CHECKING, Literal, TypedDict, Unpack, cast

from zerodesk.instruments import Market
from zerodesk.orders import cancel_id_for, ending_id_for, to_hold_minor

if TYPE_CHECKING:
    from zerodesk.commands import (
        AmendCommand,
        CancelAllCommand,
        CancelCommand,
        EndAuctionCommand,
        ListCommand,
        PlaceCommand,
        SetStateCommand,
    )


class SpecialTerms(TypedDict, total=False):
    """The terms that most orders have not."""

    self_trade: Literal["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH", "DECREMENT"]
    min_quantity_lots: int
    display_lots: int
    slides: bool
    trigger: Literal["STOP", "TAKE_PROFIT"]
    trigger_ticks: int
    trail_ticks: int
    trail_bps: int
    expires_at_ms: int
    amount_minor: int
    stop_ticks: int
    stop_limit_ticks: int
    stop_rests: bool
    reduce_only: bool


def listing(market: Market, *, at_ms: int = 0) -> "ListCommand":
    """Return the command that lists a market: the first of every book."""
    return {
        "kind": "list",
        "command_id": f"list-{market.symbol}",
        "symbol": market.symbol,
        "market": market.to_dict(),
        "accepted_at_ms": at_ms,
    }


def order(  # noqa: PLR0913 - an order has this many terms, all but the first few by name
    market: Market,
    order_id: str,
    account_id: str,
    side: Literal["BUY", "SELL"],
    quantity_lots: int,
    price_ticks: int,
    *,
    order_type: Literal["LIMIT", "MARKET"] = "LIMIT",
    time_in_force: Literal["GTC", "IOC", "FOK", "GTD", "DAY"] = "GTC",
    post_only: bool = False,
    at_ms: int = 0,
    **special: Unpack[SpecialTerms],
) -> "PlaceCommand":
    """Return the command that places an order, with the market's fees and just what it needs.

    ``price_ticks`` of a market order is the worst price that it may get. The special terms are
    those of ``zerodesk.commands.PlaceCommand``.
    """
    held_minor = market.need_minor(
        price_ticks, quantity_lots, market.taker_bps, is_buy=side == "BUY"
    )
    if "stop_limit_ticks" in special:
        stopped_minor = market.need_minor(
            special["stop_limit_ticks"], quantity_lots, market.taker_bps, is_buy=side == "BUY"
        )
        held_minor = max(held_minor, stopped_minor)
    if "amount_minor" in special and market.held_currency(is_buy=side == "BUY") == market.quote:
        held_minor = market.amount_need_minor(
            special["amount_minor"], market.taker_bps, is_buy=side == "BUY"
        )
    command: PlaceCommand = {
        "kind": "place",
        "command_id": order_id,
        "account_id": account_id,
        "symbol": market.symbol,
        "side": side,
        "type": order_type,
        "price_ticks": price_ticks,
        "quantity_lots": quantity_lots,
        "time_in_force": time_in_force,
        "post_only": post_only,
        "maker_bps": market.maker_bps,
        "taker_bps": market.taker_bps,
        "held_minor": held_minor,
        "accepted_at_ms": at_ms,
    }
    return cast("PlaceCommand", {**command, **special})


def one_triggers_other(
    market: Market, first: "PlaceCommand", then: "PlaceCommand"
) -> "PlaceCommand":
    """Return the command that places an order, and another one that follows once it is filled.

    Held for the one that follows is what it needs beyond what the first brings.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from zerodesk.listings import list_market
    >>> market = list_market(
    ...     symbol="BTC-USD", tick_size=Decimal(1), lot_size=Decimal("0.1"),
    ...     min_notional=Decimal(0), max_quantity=Decimal(100), maker_bps=0, taker_bps=50,
    ...     collar_bps=1_000, reference_price=Decimal(100))
    >>> bid = order(market, "o1", "alice", "BUY", quantity_lots=5, price_ticks=95)
    >>> ask = order(market, "o2", "alice", "SELL", quantity_lots=7, price_ticks=105)
    >>> both = one_triggers_other(market, bid, ask)
    >>> both["then"]["after"], both["then"]["held_minor"] == market.sell_need_minor(2)
    ('o1', True)
    """
    gets_minor = market.gets_minor(
        first["price_ticks"], first["quantity_lots"], is_buy=first["side"] == "BUY"
    )
    held_minor = to_hold_minor(first, then, gets_minor, then["held_minor"])
    following = {**then, "after": first["command_id"], "held_minor": held_minor}
    return cast("PlaceCommand", {**first, "then": following})


def cancel_all(
    market: Market,
    command_id: str,
    account_id: str,
    orders: list["PlaceCommand"],
    *,
    at_ms: int = 0,
) -> "CancelAllCommand":
    """Return the command that cancels many orders of an account at once.

    What of them is not in the book yet is refused when it comes.
    """
    return {
        "kind": "cancel_all",
        "command_id": command_id,
        "account_id": account_id,
        "symbol": market.symbol,
        "account_sequence": 0,
        "orders": [[one["command_id"], one["accepted_at_ms"]] for one in orders],
        "accepted_at_ms": at_ms,
    }


def cancel(market: Market, order_id: str, account_id: str, *, at_ms: int = 0) -> "CancelCommand":
    """Return the command that cancels an order."""
    return {
        "kind": "cancel",
        "command_id": cancel_id_for(order_id),
        "account_id": account_id,
        "symbol": market.symbol,
        "order_id": order_id,
        "accepted_at_ms": at_ms,
    }


def amend(
    market: Market,
    placed: "PlaceCommand",
    command_id: str,
    *,
    quantity_lots: int | None = None,
    price_ticks: int | None = None,
    at_ms: int = 0,
) -> "AmendCommand":
    """Return the command that gives an order which rests another quantity, another price, or both.

    Less of it at its price keeps its place in the queue. Held for the amend is what the order
    would need as a new one; what it does not take of that is released.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from zerodesk.listings import list_market
    >>> market = list_market(
    ...     symbol="BTC-USD", tick_size=Decimal(1), lot_size=Decimal("0.1"),
    ...     min_notional=Decimal(0), max_quantity=Decimal(100), maker_bps=0, taker_bps=50,
    ...     collar_bps=1_000, reference_price=Decimal(100))
    >>> bid = order(market, "o1", "alice", "BUY", quantity_lots=5, price_ticks=95)
    >>> less = amend(market, bid, "a1", quantity_lots=3)
    >>> less["quantity_lots"], "price_ticks" in less
    (3, False)
    """
    lots = placed["quantity_lots"] if quantity_lots is None else quantity_lots
    ticks = placed["price_ticks"] if price_ticks is None else price_ticks
    command: AmendCommand = {
        "kind": "amend",
        "command_id": command_id,
        "account_id": placed["account_id"],
        "symbol": market.symbol,
        "order_id": placed["command_id"],
        "post_only": placed["post_only"],
        "held_minor": market.need_minor(
            ticks,
            lots,
            max(placed["maker_bps"], placed["taker_bps"]),
            is_buy=placed["side"] == "BUY",
        ),
        "accepted_at_ms": at_ms,
    }
    if quantity_lots is not None:
        command["quantity_lots"] = quantity_lots
    if price_ticks is not None:
        command["price_ticks"] = price_ticks
    if "slides" in placed:
        command["slides"] = placed["slides"]
    return command


def set_state(
    market: Market,
    command_id: str,
    state: Literal["OPEN", "CANCEL_ONLY", "HALTED", "AUCTION", "DELISTED"],
    *,
    reason: str,
    clears: bool = False,
    at_ms: int = 0,
) -> "SetStateCommand":
    """Return the command that changes what a market accepts.

    A halt that ``clears`` cancels every order, as a kill switch does; a delisting always clears.
    An AUCTION ends by ``end_auction`` of its command id.
    """
    command: SetStateCommand = {
        "kind": "set_state",
        "command_id": command_id,
        "symbol": market.symbol,
        "state": state,
        "reason": reason,
        "accepted_at_ms": at_ms,
    }
    if clears or state == "DELISTED":
        command["clears"] = True
    return command


def end_auction(
    market: Market, auction_id: str, *, reason: str, at_ms: int = 0
) -> "EndAuctionCommand":
    """Return the command that ends an auction: whatever crosses trades at one price."""
    return {
        "kind": "end_auction",
        "command_id": ending_id_for(auction_id),
        "symbol": market.symbol,
        "auction_id": auction_id,
        "reason": reason,
        "accepted_at_ms": at_ms,
    }
