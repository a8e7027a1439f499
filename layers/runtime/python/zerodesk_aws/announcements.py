"""What the bus hears of a journal record: facts in the past tense, one source per context."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from zerodesk.instruments import Product, product_of
from zerodesk.times import iso_ms
from zerodesk_aws.bus import Announcement

if TYPE_CHECKING:
    from zerodesk_aws.accounts import Account

ORDERS: Final = "zerodesk.orders"
MATCHING: Final = "zerodesk.matching"
MARKETS: Final = "zerodesk.markets"
SETTLEMENT: Final = "zerodesk.settlement"

CHANGED: Final = {
    "OPEN": "MarketResumed",
    "CANCEL_ONLY": "MarketHalted",
    "HALTED": "MarketHalted",
    "AUCTION": "MarketHalted",
    "DELISTED": "MarketDelisted",
}
"""What a market's new state is told as; an auction that says nothing of itself is a stop."""

OF_A_MARKET: Final = {
    "IndexPriceChanged": "MarkPriceUpdated",
    "MarketListed": "MarketListed",
    "MarketChanged": "MarketChanged",
    "AuctionUncrossed": "AuctionUncrossed",
    "FundingSet": "FundingSet",
    "OptionSettled": "OptionSettled",
}
OF_ONE_ORDER: Final = {
    "OrderArmed",
    "OrderTriggered",
    "OrderOpened",
    "OrderCancelled",
    "OrderExpired",
    "OrderRejected",
    "OrderAmended",
    "AmendRejected",
}


def of_record(  # noqa: C901 - a case for each kind of event
    symbol: str, sequence: int, body: dict[str, Any]
) -> Iterator[Announcement]:
    """Yield what a book's record tells: its trades in one event, everything else one by one."""
    place = {"symbol": symbol, "book_sequence": sequence, "at": iso_ms(body["time_ms"])}
    trades = []
    for event in body["events"]:
        facts = {name: value for name, value in event.items() if name != "type"}
        match event["type"]:
            case "TradeExecuted":
                trades.append(facts)
            case kind if kind in OF_ONE_ORDER:
                yield Announcement(ORDERS, kind, place | facts)
            case kind if kind in OF_A_MARKET:
                yield Announcement(MARKETS, OF_A_MARKET[kind], place | facts)
            case "PositionSettled":
                yield Announcement(SETTLEMENT, "OptionExercised", place | facts)
            case "FundingPaid" | "PositionsDeleveraged" as kind:
                yield Announcement(MATCHING, kind, place | facts)
            case "MarketStateChanged":
                yield from (Announcement(MARKETS, name, place | facts) for name in _changed(facts))
    if trades:
        yield Announcement(MATCHING, "TradesExecuted", place | {"trades": trades})


def _changed(facts: dict[str, Any]) -> list[str]:
    """Return as what a new state is told; an auction that nobody asked for is a stop, too."""
    if "auction" not in facts:
        return [CHANGED[facts["state"]]]
    return ["AuctionBegan", "MarketHalted"] if "outside" in facts else ["AuctionBegan"]


def indicated(symbol: str, view: dict[str, Any]) -> Iterator[Announcement]:
    """Yield what a book's auction would come to as of its latest record, while it holds one."""
    if view["auction"] is not None:
        place = {
            "symbol": symbol,
            "book_sequence": view["book_sequence"],
            "at": iso_ms(view["time_ms"]),
        }
        yield Announcement(MARKETS, "IndicativePriceChanged", place | view["auction"])


def settlement_wanted(symbol: str) -> Announcement:
    """Return the wake-up of a book's settlement, for when a batch held only repeats."""
    return Announcement(MATCHING, "SettlementWanted", {"symbol": symbol})


def trades_settled(
    symbol: str, records: Iterable[tuple[int, dict[str, Any]]]
) -> Iterator[Announcement]:
    """Yield one event per trade that is settled on both sides."""
    for sequence, body in records:
        for event in body["events"]:
            if event["type"] == "TradeExecuted":
                facts = {name: value for name, value in event.items() if name != "type"}
                detail = {"symbol": symbol, "book_sequence": sequence} | facts
                yield Announcement(SETTLEMENT, "TradeSettled", detail)


def position_changed(symbol: str, account: "Account") -> Announcement:
    """Return the balances of an account after it was settled with a book, minor units."""
    state = account.state
    is_spot = product_of(symbol) is Product.SPOT
    balances = {
        currency: {
            "available_minor": state.available_minor(currency),
            "held_minor": state.held_minor(currency),
        }
        for currency in (symbol.split("-") if is_spot else state.currencies())
    }
    detail = {
        "symbol": symbol,
        "account_id": account.account_id,
        "account_sequence": account.sequence,
        "balances": balances,
    }
    return Announcement(SETTLEMENT, "PositionChanged", detail)
