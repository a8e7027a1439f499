"""Calls to AWS that need not wait for one another: side by side, in threads that stay."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

MAX_AT_ONCE: Final = 16
"""Calls that wait at once: a batch of ten orders moves some fourteen items and the market's. Each
has a connection of its own, which costs a handshake when it is used first."""

Call = Callable[[], object]

T = TypeVar("T")


@cache
def _threads() -> "ThreadPoolExecutor":
    """Return the threads beside the one that asks: made when there is work for them."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(MAX_AT_ONCE - 1)


def at_once(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make calls of which none needs another; return what each returns, when all have ended.

    They land in any order, and where the process dies any of them have. What fails hinders no
    other; the first fault, in the order of ``calls``, is raised behind them all.

    Examples
    --------
    >>> at_once([lambda: "one", lambda: "two"])
    ['one', 'two']
    """
    if not calls:
        return []
    own, *others = calls
    begun = [_threads().submit(one) for one in others]
    try:
        first = own()
    finally:
        for one in begun:
            one.exception()
    return [first, *(one.result() for one in begun)]
