"""Books and commands for examples: a test names only what matters to it."""

from typing import Any

from tests.zerodesk.matching.streams import MARKET, START_MS, need_of
from zerodesk.commands import (
    AmendCommand,
    CancelCommand,
    Command,
    EndAuctionCommand,
    IndexCommand,
    PlaceCommand,
    SetStateCommand,
)
from zerodesk.matching import Book, listing
from zerodesk.orders import cancel_id_for

Record = dict[str, Any]


def a_place(
    order_id: str = "o1",
    side: str = "BUY",
    quantity_lots: int = 5,
    price_ticks: int = 100,
    *,
    account_id: str = "alice",
    order_type: str = "LIMIT",
    time_in_force: str = "GTC",
    post_only: bool = False,
    maker_bps: int = 7,
    taker_bps: int = 31,
    held_minor: int | None = None,
    accepted_at_ms: int = START_MS,
    sent_at_ms: int | None = None,
) -> PlaceCommand:
    if held_minor is None:
        held_minor = need_of(side, price_ticks, quantity_lots, max(maker_bps, taker_bps))
    return {
        "kind": "place",
        "command_id": order_id,
        "account_id": account_id,
        "symbol": MARKET.symbol,
        "side": side,
        "type": order_type,
        "price_ticks": price_ticks,
        "quantity_lots": quantity_lots,
        "time_in_force": time_in_force,
        "post_only": post_only,
        "maker_bps": maker_bps,
        "taker_bps": taker_bps,
        "held_minor": held_minor,
        "accepted_at_ms": accepted_at_ms,
        "sent_at_ms": accepted_at_ms if sent_at_ms is None else sent_at_ms,
    }


def a_sell(
    order_id: str = "o1", quantity_lots: int = 5, price_ticks: int = 100, **terms: Any
) -> PlaceCommand:
    return a_place(order_id, "SELL", quantity_lots, price_ticks, **terms)


def a_buy(
    order_id: str = "o2", quantity_lots: int = 5, price_ticks: int = 100, **terms: Any
) -> PlaceCommand:
    return a_place(order_id, "BUY", quantity_lots, price_ticks, account_id="bob", **terms)


def a_cancel(
    order_id: str = "o1",
    *,
    account_id: str = "alice",
    accepted_at_ms: int = START_MS,
    sent_at_ms: int | None = None,
) -> CancelCommand:
    return {
        "kind": "cancel",
        "command_id": cancel_id_for(order_id),
        "account_id": account_id,
        "symbol": MARKET.symbol,
        "order_id": order_id,
        "accepted_at_ms": accepted_at_ms,
        "sent_at_ms": accepted_at_ms if sent_at_ms is None else sent_at_ms,
    }


def an_amend(
    order_id: str, *, quantity_lots: int, held_minor: int = 0, at_ms: int = START_MS
) -> AmendCommand:
    """Return alice's wish for another quantity of an order."""
    return {
        "kind": "amend",
        "command_id": f"a-{order_id}",
        "account_id": "alice",
        "symbol": "BTC-USD",
        "order_id": order_id,
        "quantity_lots": quantity_lots,
        "post_only": False,
        "held_minor": held_minor,
        "accepted_at_ms": at_ms,
    }


def an_index(
    price_ticks: int = 104, *, observed_at_ms: int = START_MS, source: str = "feed"
) -> IndexCommand:
    return {
        "kind": "index",
        "command_id": f"i-{source}-{observed_at_ms}",
        "symbol": MARKET.symbol,
        "price_ticks": price_ticks,
        "source": source,
        "observed_at_ms": observed_at_ms,
        "accepted_at_ms": START_MS,
        "sent_at_ms": START_MS,
    }


def a_state(state: str, *, command_id: str = "s1") -> SetStateCommand:
    return {
        "kind": "set_state",
        "command_id": command_id,
        "symbol": MARKET.symbol,
        "state": state,
        "reason": "a test",
        "accepted_at_ms": START_MS,
        "sent_at_ms": START_MS,
    }


def an_auction(
    kind: str = "HALT", command_id: str = "s1", *, lasts_ms: int | None = None
) -> SetStateCommand:
    command = a_state("AUCTION", command_id=command_id)
    command["auction"] = kind
    if lasts_ms is not None:
        command["lasts_ms"] = lasts_ms
    return command


def an_ending(auction_id: str = "s1", *, at_ms: int = START_MS) -> EndAuctionCommand:
    return {
        "kind": "end_auction",
        "command_id": f"end-{auction_id}",
        "symbol": MARKET.symbol,
        "auction_id": auction_id,
        "reason": "a test",
        "accepted_at_ms": at_ms,
        "sent_at_ms": at_ms,
    }


def a_book(*commands: Command) -> Book:
    """Return a listed book in which some commands are decided already."""
    book = Book(MARKET.symbol)
    record_of(book, listing(MARKET, at_ms=START_MS), *commands)
    return book


def record_of(book: Book, *commands: Command, **options: Any) -> Record:
    """Decide commands that come to one record."""
    decision = book.decide(commands, **options)
    assert decision is not None
    assert decision.record is not None
    assert decision.consumed == len(commands)
    return decision.record


def types(record: Record) -> list[str]:
    return [event["type"] for event in record["events"]]


def trades(record: Record) -> list[tuple[str, str, int, int]]:
    """Return (maker, taker, lots, price) of each trade."""
    return [
        (
            event["maker_order_id"],
            event["taker_order_id"],
            event["quantity_lots"],
            event["price_ticks"],
        )
        for event in record["events"]
        if event["type"] == "TradeExecuted"
    ]


def status(record: Record, order_id: str) -> str:
    return str(record["orders"][order_id]["status"])


def code(record: Record, order_id: str) -> str:
    return str(record["orders"][order_id]["rejection"]["code"])
