"""Settlement: what a stretch of a book's journal owes to each account."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

from zerodesk.accounts import Due
from zerodesk.ledger import Posting, own_accounts
from zerodesk.orders import Side

AUCTION: Final = "AUCTION"
"""The liquidity of fills in an auction, where nobody makes or takes."""


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
    symbol: str, records: Iterable[tuple[int, dict[str, Any]]]
) -> dict[str, list[Due]]:
    """Return what records of a book owe, per account and in the order of the records.

    Parameters
    ----------
    symbol
        The book.
    records
        (sequence, body) of its records, ascending.
    """
    dues: dict[str, list[Due]] = defaultdict(list)
    for sequence, body in records:
        for account_id, due in _dues_of_record(symbol, sequence, body).items():
            dues[account_id].append(due)
    return dict(dues)


def _dues_of_record(symbol: str, sequence: int, body: dict[str, Any]) -> dict[str, Due]:
    postings: dict[str, list[Posting]] = defaultdict(list)
    releases: dict[str, list[str]] = defaultdict(list)
    fills: dict[str, list[dict[str, Any]]] = defaultdict(list)
    amends: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for account_id, order_id, currency, held_minor, available_minor in body["postings"]:
        row = (account_id, order_id, currency, held_minor, available_minor)
        postings[account_id].append(row)
    for account_id, order_id in body["releases"]:
        releases[account_id].append(order_id)
    for event in body["events"]:
        match event["type"]:
            case "TradeExecuted":
                for fill in fills_of_trade(event):
                    fills[fill.pop("account_id")].append(fill)
            case "OrderAmended":
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
