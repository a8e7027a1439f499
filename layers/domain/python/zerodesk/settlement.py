"""Settlement: what a stretch of a book's journal owes to each account."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from zerodesk.dues import Due
from zerodesk.ledger import Posting, own_accounts
from zerodesk.orders import Side
from zerodesk.turnover import TickValue, turnover_of_trade

AUCTION: Final = "AUCTION"
"""The liquidity of fills in an auction, where nobody makes or takes."""

EXPIRY: Final = "EXPIRY"
"""And of the end of a position in an option, which is no trade."""
DELEVERAGED: Final = "DELEVERAGED"
"""That of fills past the queue, by which a position was taken over."""


OF_FUNDING: Final = (
    *("funding_at_ms", "rate_millionths", "mark_price_ticks"),
    *("quantity_lots", "amount_minor"),
)
"""What an account's record says of a funding: when, at what rate and mark, on what, how much."""


def leaves_something(body: dict[str, Any]) -> bool:
    """Whether a book's record leaves settlement something to do, beyond reading it.

    It moves money, gives holds back, or ends an order whose item waits for settlement to say so.

    Examples
    --------
    >>> rests = {"postings": [], "releases": [], "orders": {"o-1": {"status": "OPEN"}}}
    >>> leaves_something(rests), leaves_something(rests | {"releases": [["trader", "o-1"]]})
    (False, True)
    """
    waiting = any("if_pending" in projection for projection in body["orders"].values())
    return bool(body["postings"] or body["releases"] or waiting)


def dues_by_account(
    symbol: str, records: Iterable[tuple[int, dict[str, Any]]], tick: TickValue | None
) -> dict[str, list[Due]]:
    """Return what records of a book owe, per account and in the order of the records.

    Parameters
    ----------
    symbol
        The book.
    records
        (sequence, body) of its records, ascending.
    tick
        What one tick on one lot is worth there; None of a market that is not listed.
    """
    dues: dict[str, list[Due]] = defaultdict(list)
    for sequence, body in records:
        for account_id, due in _dues_of_record(symbol, sequence, body, tick).items():
            dues[account_id].append(due)
    return dict(dues)


def _dues_of_record(
    symbol: str, sequence: int, body: dict[str, Any], tick: TickValue | None
) -> dict[str, Due]:
    postings: dict[str, list[Posting]] = defaultdict(list)
    releases: dict[str, list[str]] = defaultdict(list)
    fills: dict[str, list[dict[str, Any]]] = defaultdict(list)
    amends: dict[str, list[tuple[str, int]]] = defaultdict(list)
    traded = _traded(body["events"], tick)
    for account_id, order_id, currency, held_minor, available_minor in body["postings"]:
        row = (account_id, order_id, currency, held_minor, available_minor)
        postings[account_id].append(row)
    for account_id, order_id in body["releases"]:
        releases[account_id].append(order_id)
    for event in body["events"]:
        for fill in _fills_of(symbol, event):
            fills[fill.pop("account_id")].append(fill)
        if event["type"] == "OrderAmended":
            amended = event["order_id"], event["quantity_lots"]
            amends[event["account_id"]].append(amended)
    fundings = _fundings_of(body["events"])
    for own in own_accounts(symbol):
        postings.pop(own, None)
    return {
        account_id: Due(
            sequence,
            tuple(postings[account_id]),
            tuple(releases[account_id]),
            tuple(fills[account_id]),
            tuple(amends[account_id]),
            "" if tick is None else tick.currency,
            tuple(traded[account_id]),
            tuple(fundings[account_id]),
        )
        for account_id in sorted({*postings, *releases})
    }


def _fundings_of(events: Iterable[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    fundings: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        if event["type"] == "FundingPaid":
            fundings[event["account_id"]].append({name: event[name] for name in OF_FUNDING})
    return fundings


def _traded(
    events: Iterable[dict[str, Any]], tick: TickValue | None
) -> dict[str, list[tuple[int, int]]]:
    """Return what the trades of a record count for, by account."""
    traded: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for event in events:
        if event["type"] == "TradeExecuted":
            assert tick is not None, "only a market that is listed trades"
            turnover = turnover_of_trade(event, tick)
            for account_id in {event["maker_account_id"], event["taker_account_id"]}:
                traded[account_id].append(turnover)
    return traded


def _fills_of(symbol: str, event: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    match event["type"]:
        case "TradeExecuted":
            return fills_of_trade(event)
        case "PositionsDeleveraged":
            return fills_of_deleveraging(event)
        case "PositionSettled":
            return (fill_of_expiry(symbol, event),)
        case _:
            return ()


def fill_of_expiry(symbol: str, ended: dict[str, Any]) -> dict[str, Any]:
    """Return the end of a position in an option as a fill: all of it, at its payoff, for nothing.

    Examples
    --------
    >>> ended = {"command_id": "settle-BTC-25DEC26-9-C-5", "account_id": "alice",
    ...          "quantity_lots": -3, "payoff_ticks": 7, "at_ms": 5}
    >>> fill = fill_of_expiry("BTC-25DEC26-9-C", ended)
    >>> fill["side"], fill["price_ticks"], fill["quantity_lots"], fill["liquidity"]
    ('BUY', 7, 3, 'EXPIRY')
    """
    lots = ended["quantity_lots"]
    return {
        "account_id": ended["account_id"],
        "trade_id": f"{symbol}-expiry",
        "order_id": ended["command_id"],
        "side": (Side.SELL if lots > 0 else Side.BUY).value,
        "price_ticks": ended["payoff_ticks"],
        "quantity_lots": abs(lots),
        "fee_minor": 0,
        "liquidity": EXPIRY,
        "executed_at_ms": ended["at_ms"],
    }


def fills_of_deleveraging(event: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the fills of a position that others took over: one of its account, one of each."""
    is_sale = event["side"] == Side.SELL
    taken = [(account_id, not is_sale, lots) for account_id, lots in event["taken"]]
    parties = [(event["account_id"], is_sale, event["quantity_lots"]), *taken]
    return tuple(
        {
            "account_id": account_id,
            "trade_id": event["command_id"],
            "order_id": event["command_id"],
            "side": (Side.SELL if sells else Side.BUY).value,
            "price_ticks": event["price_ticks"],
            "quantity_lots": lots,
            "fee_minor": 0,
            "liquidity": DELEVERAGED,
            "executed_at_ms": event["executed_at_ms"],
        }
        for account_id, sells, lots in parties
    )


def fills_of_trade(trade: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return a trade's two fills: the maker's and the taker's side of it."""
    taker_side = Side(trade["taker_side"])
    maker_side = Side.SELL if taker_side is Side.BUY else Side.BUY
    return tuple(
        {
            "account_id": trade[f"{role}_account_id"],
            "trade_id": trade["trade_id"],
            "order_id": trade[f"{role}_order_id"],
            "side": side.value,
            "price_ticks": trade["price_ticks"],
            "quantity_lots": trade["quantity_lots"],
            "fee_minor": trade[f"{role}_fee_minor"],
            "liquidity": AUCTION if "auction_id" in trade else role.upper(),
            "executed_at_ms": trade["executed_at_ms"],
        }
        for role, side in (("maker", maker_side), ("taker", taker_side))
    )
