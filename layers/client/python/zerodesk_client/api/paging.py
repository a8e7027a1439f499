"""What the API answers page by page."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

PAGE: Final = 100
"""Entries that are asked for at once where a caller does not say."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of the entries of a list, and the cursor that continues it (None at the end)."""

    entries: tuple[T, ...]
    next_cursor: str | None = None


def every(page_of: Callable[..., Page[T]], *args: object, **query: object) -> Iterator[T]:
    """Yield the entries of all pages of a listing, such as ``every(client.trades, "BTC-USD")``."""
    ask = functools.partial(page_of, *args, **query)
    page = ask()
    yield from page.entries
    while page.next_cursor is not None:
        page = ask(cursor=page.next_cursor)
        yield from page.entries
