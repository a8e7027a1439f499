"""A book's record as it is kept, and as it is read: rows in place of names, for what is frequent.

A record names each field of each event, which is what a reader wants. Kept like that, nine tenths
of its bytes would be the same names again, to be written, hashed and compressed. So what is
frequent is kept as a row, its fields in a fixed order; all else is kept as it is read. Either
shape gives the other, exactly. A record of before has no ``format``, and is kept as it is read.

The columns of a row are part of the journal for good: a new field makes a new kind of row, or
leaves the entry as it is read.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, Final

FORMAT: Final = 2

_SYMBOL: Final = ("symbol",)
"""What a command has besides its row: the book's, said once in the record."""

Body = dict[str, Any]
Entry = Any

PLACE_COLUMNS: Final = (
    "kind",
    "command_id",
    "account_id",
    "side",
    "type",
    "price_ticks",
    "quantity_lots",
    "time_in_force",
    "post_only",
    "maker_bps",
    "taker_bps",
    "held_minor",
    "accepted_at_ms",
)
CANCEL_COLUMNS: Final = ("kind", "command_id", "account_id", "order_id", "accepted_at_ms")
COMMAND_COLUMNS: Final = {"place": PLACE_COLUMNS, "cancel": CANCEL_COLUMNS}
"""Of a command's row; ``sent_at_ms`` comes behind them where there is one."""

TRADE_COLUMNS: Final = (
    "type",
    "trade_number",
    "price_ticks",
    "quantity_lots",
    "maker_order_id",
    "maker_account_id",
    "maker_fee_minor",
    "taker_order_id",
    "taker_account_id",
    "taker_fee_minor",
    "taker_side",
    "executed_at_ms",
)
OPENED_COLUMNS: Final = (
    "type",
    "order_id",
    "account_id",
    "side",
    "price_ticks",
    "quantity_lots",
    "remaining_lots",
)
CANCELLED_COLUMNS: Final = ("type", "command_id", "order_id", "account_id", "remaining_lots")
REFUSED_COLUMNS: Final = ("type", "command_id", "kind", "code", "detail")
EXPIRED_COLUMNS: Final = ("type", "order_id", "account_id", "remaining_lots")

PROJECTION_COLUMNS: Final = (
    "account_id",
    "status",
    "filled_lots",
    "remaining_lots",
    "filled_notional_minor",
    "fee_minor",
    "held_minor",
)
PROJECTION_FIELDS: Final = {*PROJECTION_COLUMNS, "fee_currency"}
DONE: Final = "DONE"
REFUSED: Final = "REFUSED"
"""The two answers to a cancel: of (account, order), and with (code, detail) behind them."""

place_row: Final[Callable[[Any], tuple[Any, ...]]] = itemgetter(*PLACE_COLUMNS)
cancel_row: Final[Callable[[Any], tuple[Any, ...]]] = itemgetter(*CANCEL_COLUMNS)
PLACE_FIELDS: Final = len(PLACE_COLUMNS) + len(_SYMBOL)
CANCEL_FIELDS: Final = len(CANCEL_COLUMNS) + len(_SYMBOL)
"""How many fields a command has of which its row says all."""
ROWS: Final = {"place": place_row, "cancel": cancel_row}
"""Of the commands that are frequent; others are kept as they are."""
EVENT_COLUMNS: Final = {
    "TradeExecuted": TRADE_COLUMNS,
    "OrderOpened": OPENED_COLUMNS,
    "OrderCancelled": CANCELLED_COLUMNS,
    "OrderExpired": EXPIRED_COLUMNS,
    "CommandRefused": REFUSED_COLUMNS,
}
_projection_row: Final = itemgetter(*PROJECTION_COLUMNS)


def expand(kept: Body) -> Body:
    """Return a record as it is read, of any stream and any format.

    Examples
    --------
    >>> record = {"format": 2, "symbol": "BTC-USD", "quote": "USD", "commands": [], "orders": {},
    ...           "events": [["OrderExpired", "o1", "alice", 7]], "postings": [], "releases": []}
    >>> expand(record)["events"][0]["remaining_lots"]
    7
    """
    if kept.get("format") != FORMAT:
        return kept
    return _rewritten(kept, _command, _event, _answer)


def pack(read: Body) -> Body:
    """Return a record as it is kept: the inverse of ``expand``.

    What no row gives back exactly stays as it is, so no two records are kept alike. What is a row
    already stays one: a record may come as its book decided it.
    """
    if read.get("format") != FORMAT:
        return read
    return _rewritten(read, _command_entry, _event_entry, _answer_entry)


Rewrite = Callable[[str, Entry], Entry]


def _rewritten(body: Body, command: Rewrite, event: Rewrite, answer: Rewrite) -> Body:
    """Return a record with its entries in the other shape; what it lacks it goes on lacking.

    Whether it is a record at all is for its reader to say, who names what is wrong with it.
    """
    symbol, quote = body.get("symbol", ""), body.get("quote", "")
    shaped = dict(body)
    for name, rewrite in (("commands", command), ("events", event)):
        if name in body:
            shaped[name] = [rewrite(symbol, entry) for entry in body[name]]
    for name in ("postings", "releases"):
        if name in body:
            shaped[name] = [list(row) for row in body[name]]
    if "orders" in body:
        shaped["orders"] = {key: answer(quote, entry) for key, entry in body["orders"].items()}
    return shaped


def _command(symbol: str, entry: Entry) -> Entry:
    columns = () if type(entry) is dict else COMMAND_COLUMNS.get(entry[0], ())
    if not columns or len(entry) - len(columns) not in (0, 1):
        return entry
    command = dict(zip(columns, entry, strict=False))
    command["symbol"] = symbol
    if len(entry) > len(columns):
        command["sent_at_ms"] = entry[-1]
    return command


def command_entry(command: Any, row: tuple[Any, ...]) -> Entry:
    """Return a command as the record of its own book keeps it.

    Parameters
    ----------
    command
        An order or a cancel.
    row
        ``place_row`` or ``cancel_row`` of it. It is kept if it says all: the command has just
        these columns, with ``sent_at_ms`` or without.
    """
    superfluous = len(command) - len(row) - len(_SYMBOL)
    if not superfluous:
        return row
    if superfluous == 1 and (sent_at_ms := command.get("sent_at_ms")) is not None:
        return (*row, sent_at_ms)
    return command


def _command_entry(symbol: str, command: Entry) -> Entry:
    if type(command) is not dict or command.get("symbol") != symbol:
        return command
    try:
        return command_entry(command, ROWS[command["kind"]](command))
    except (KeyError, TypeError):
        return command


def _event(symbol: str, entry: Entry) -> Entry:
    columns = () if type(entry) is dict else EVENT_COLUMNS.get(entry[0], ())
    if not columns or len(entry) != len(columns):
        return entry
    event = dict(zip(columns, entry, strict=True))
    match event["type"]:
        case "TradeExecuted":
            event["trade_id"] = f"{symbol}-{event.pop('trade_number')}"
            event["command_id"] = event["taker_order_id"]
        case "CommandRefused":
            event["rejection"] = {"code": event.pop("code"), "detail": event.pop("detail")}
        case "OrderOpened" | "OrderExpired":
            event["command_id"] = event["order_id"]
    return event


def _event_entry(symbol: str, event: Entry) -> Entry:
    if type(event) is not dict:
        return event
    try:
        flat = dict(event)
        if flat["type"] == "TradeExecuted":
            flat["trade_number"] = int(flat["trade_id"].removeprefix(f"{symbol}-"))
        elif flat["type"] == "CommandRefused":
            flat |= flat["rejection"]
        row = tuple(flat[name] for name in EVENT_COLUMNS[flat["type"]])
    except (AttributeError, KeyError, TypeError, ValueError):
        return event
    return row if _event(symbol, row) == event else event


def projection(row: Entry, quote: str) -> dict[str, Any]:
    """Return what a row shows of an order, by the names of its fields."""
    return dict(zip(PROJECTION_COLUMNS, row, strict=True)) | {"fee_currency": quote}


def _answer(quote: str, entry: Entry) -> Entry:
    if type(entry) is dict:
        return entry
    if len(entry) == len(PROJECTION_COLUMNS):
        return projection(entry, quote)
    if len(entry) not in (2, 4):
        return entry
    account_id, order_id, *reason = entry
    answer = {"account_id": account_id, "kind": "cancel", "order_id": order_id, "if_pending": True}
    if not reason:
        return answer | {"status": DONE}
    code, detail = reason
    return answer | {"status": REFUSED, "rejection": {"code": code, "detail": detail}}


def _answer_entry(quote: str, answer: Entry) -> Entry:
    if type(answer) is not dict:
        return answer
    if answer.keys() == PROJECTION_FIELDS and answer["fee_currency"] == quote:
        return _projection_row(answer)
    if answer.get("if_pending") is not True or "order_id" not in answer:
        return answer
    row: Entry = (answer.get("account_id"), answer["order_id"])
    reason = answer.get("rejection")
    if isinstance(reason, dict):
        row += (reason.get("code"), reason.get("detail"))
    return row if _answer(quote, row) == answer else answer
