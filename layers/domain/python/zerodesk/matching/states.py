"""Which orders a market accepts in each of its states. Cancels are taken in all of them."""

from itertools import product
from typing import TYPE_CHECKING, Final

from zerodesk.instruments import TradingState
from zerodesk.orders import OrderType, TimeInForce

if TYPE_CHECKING:
    from zerodesk.commands import PlaceCommand

Terms = tuple[str, str, bool]
"""(type, time in force, whether it is post-only)."""

EVERY_ORDER: Final = frozenset(
    (kind.value, in_force.value, post_only)
    for kind, in_force, post_only in product(OrderType, TimeInForce, (False, True))
    if not post_only or (kind is OrderType.LIMIT and in_force.rests)
)
"""Only an order that rests is post-only."""
NO_ORDER: Final[frozenset[Terms]] = frozenset()

ACCEPTED: Final[dict[str | None, frozenset[Terms]]] = {
    TradingState.OPEN.value: EVERY_ORDER,
    TradingState.AUCTION.value: frozenset(
        (OrderType.LIMIT.value, in_force.value, False)
        for in_force in (TimeInForce.GTC, TimeInForce.GTD, TimeInForce.DAY)
    ),
    TradingState.CANCEL_ONLY.value: NO_ORDER,
    TradingState.HALTED.value: NO_ORDER,
    TradingState.DELISTED.value: NO_ORDER,
    None: NO_ORDER,
}
"""An auction gathers what may wait for its end: who wants all, or at once, or nothing but to rest
gets nothing of it, nor does an order that waits for a trigger. None is a market not listed."""


def accepts(trading_state: str | None, command: "PlaceCommand") -> bool:
    """Whether a market in a state takes an order of such terms.

    Examples
    --------
    >>> terms = {"type": "LIMIT", "time_in_force": "IOC", "post_only": False}
    >>> accepts("OPEN", terms), accepts("AUCTION", terms)
    (True, False)
    """
    terms = (command["type"], command["time_in_force"], command["post_only"])
    waits = trading_state == TradingState.AUCTION and bool(
        {"trigger", "stop_ticks"} & command.keys()
    )
    return terms in ACCEPTED[trading_state] and not waits
