"""Which fields a command has, and of which types.

The engine reads commands as if they were sound, and comes here to say what was wrong with one
that could not be read.
"""

from collections.abc import Callable
from typing import Any, Final, Literal, get_origin, get_type_hints

from zerodesk.bands import Band
from zerodesk.commands import (
    AmendCommand,
    CancelAllCommand,
    CancelCommand,
    ChangeCommand,
    DeleverageCommand,
    EndAuctionCommand,
    ExpireCommand,
    FundCommand,
    IndexCommand,
    ListCommand,
    PlaceCommand,
    SetStateCommand,
    SettleCommand,
)
from zerodesk.instruments import CHANGEABLE, LATER_TERMS, REMOVABLE, Market
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.orders import SPECIAL_TERMS
from zerodesk.rejections import Rejection
from zerodesk.tiers import Tier


def _shape(contract: type) -> dict[str, type]:
    """Return the fields of a TypedDict with their types: Literal is text, dict[...] is dict."""
    shape: dict[str, type] = {}
    for field, hint in get_type_hints(contract).items():
        origin = get_origin(hint)
        shape[field] = str if origin is Literal else (origin or hint)
    return shape


SHAPES: Final[dict[str, dict[str, type]]] = {
    "place": _shape(PlaceCommand),
    "cancel": _shape(CancelCommand),
    "cancel_all": _shape(CancelAllCommand),
    "amend": _shape(AmendCommand),
    "index": _shape(IndexCommand),
    "list": _shape(ListCommand),
    "change": _shape(ChangeCommand),
    "set_state": _shape(SetStateCommand),
    "end_auction": _shape(EndAuctionCommand),
    "expire": _shape(ExpireCommand),
    "fund": _shape(FundCommand),
    "settle": _shape(SettleCommand),
    "deleverage": _shape(DeleverageCommand),
}
OPTIONAL: Final = SPECIAL_TERMS | frozenset(
    ("sent_at_ms", "auction", "lasts_ms", "by", "clears", "margin", "refused")
)
CHANGES: Final = frozenset({"price_ticks", "quantity_lots"})
"""What an amend may leave as it is."""
MARKET_SHAPE: Final[dict[str, type]] = get_type_hints(Market) | {
    "band": dict,
    "margin": list,
    "stale_after_ms": int,
}
BAND_SHAPE: Final[dict[str, type]] = get_type_hints(Band)


def fault_of(command: Any) -> str | None:
    """Return what keeps a value from being a command, None for a sound one.

    Examples
    --------
    >>> fault_of({"kind": "cancel", "command_id": "c1", "account_id": "alice",
    ...           "symbol": "BTC-USD", "order_id": "o1", "accepted_at_ms": 1.5})
    'accepted_at_ms is 1.5, not of type int'
    """
    if type(command) is not dict or type(command.get("kind")) is not str:
        return f"{command!r} is no command"
    shape = SHAPES.get(command["kind"])
    if shape is None:
        return f"unknown kind {command['kind']!r}"
    return _misfit(command, shape) or _inner_fault(command)


def _inner_fault(command: dict[str, Any]) -> str | None:
    """Return what keeps a command from being sound whose own fields are."""
    field, check = INNER.get(command["kind"], ("", None))
    return check(command[field]) if check is not None and field in command else None


def following_fault(then: Any) -> str | None:
    """Return what keeps a value from being the order that follows another one.

    Examples
    --------
    >>> following_fault({"kind": "expire", "command_id": "e1", "symbol": "BTC-USD",
    ...                  "accepted_at_ms": 1})
    'then: expire is no order'
    """
    fault = fault_of(then)
    if fault is None and then["kind"] != "place":
        fault = f"{then['kind']} is no order"
    return fault and f"then: {fault}"


def _change_fault(changes: dict[str, Any]) -> str | None:
    given = {name: one for name, one in changes.items() if name not in REMOVABLE or one is not None}
    shape: dict[str, type] = {}
    shape |= {name: MARKET_SHAPE[name] for name in CHANGEABLE if name in given}
    band = given.get("band")
    fault = _misfit(given, shape)
    if fault is None and band is not None:
        fault = _misfit(band, BAND_SHAPE) or _superfluous("band", band, BAND_SHAPE)
    return fault


def _market_fault(market: dict[str, Any]) -> str | None:
    absent = [name for name in LATER_TERMS if name not in market]
    shape = {name: one for name, one in MARKET_SHAPE.items() if name not in absent}
    fault = _misfit(market, shape) or _superfluous("market", market, shape)
    if fault is None and "band" in market:
        band = market["band"]
        fault = _misfit(band, BAND_SHAPE) or _superfluous("band", band, BAND_SHAPE)
    return fault or _untiered(market.get("margin", []))


def _untiered(margin: list[Any]) -> str | None:
    """Return what keeps a list from being tiers of margin, each a row of integers."""
    shape = [int] * len(Tier._fields)
    for tier in margin:
        if type(tier) is not list or [type(value) for value in tier] != shape:
            return f"margin has {tier!r}, not {' and '.join(Tier._fields)}"
    return None


def _misfit(values: dict[str, Any], shape: dict[str, type]) -> str | None:
    for field, expected in shape.items():
        if field not in values:
            if field in OPTIONAL or (field in CHANGES and values.get("kind") == "amend"):
                continue
            return f"{field} is missing"
        value = values[field]
        # A bool is an int to isinstance, and a number here is never one.
        if type(value) is not expected and (expected is int or not isinstance(value, expected)):
            return f"{field} is {value!r}, not of type {expected.__name__}"
    return None


def _misnamed(orders: list[Any]) -> str | None:
    """Return what keeps a list from naming the open orders of an account."""
    if len(orders) > MAX_OPEN_ORDERS:
        return f"orders are {len(orders)}, an account has at most {MAX_OPEN_ORDERS}"
    for named in orders:
        if type(named) is not list or [type(value) for value in named] != [str, int]:
            return f"orders has {named!r}, not an id and a time"
    return None


def _misranked(others: list[Any]) -> str | None:
    """Return what keeps a list from naming accounts, each once, with lots to give up."""
    for named in others:
        if type(named) is not list or [type(value) for value in named] != [str, int]:
            return f"others has {named!r}, not an account and its lots"
    if len({name for name, _ in others}) != len(others):
        return "others names an account twice"
    return None


def _misrefused(told: dict[str, Any]) -> str | None:
    """Return what keeps a dict from being a refusal."""
    try:
        Rejection.from_dict(told)
    except (KeyError, TypeError, ValueError):
        return f"refused is {told!r}, not a refusal"
    return None


def _superfluous(what: str, values: dict[str, Any], shape: dict[str, type]) -> str | None:
    unknown = sorted(set(values) - set(shape))
    return f"a {what} has no {', '.join(unknown)}" if unknown else None


INNER: Final[dict[str, tuple[str, Callable[[Any], str | None]]]] = {
    "list": ("market", _market_fault),
    "change": ("changes", _change_fault),
    "cancel_all": ("orders", _misnamed),
    "place": ("then", following_fault),
    "amend": ("refused", _misrefused),
    "deleverage": ("others", _misranked),
}
"""What a command is made of, beyond numbers and text."""
