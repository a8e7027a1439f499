"""The items of one partition key, kept in the order of their sort key.

Stock sorts a whole partition at every query and evaluates the condition on each of its items. A
journal only grows, so that each read of its end would cost more than the one before.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

Item = dict[str, Any]
Order = Callable[[Item], Any]


@dataclass(frozen=True, slots=True)
class Range:
    """What a query asks of the sort key; None is open."""

    low: Any = None
    high: Any = None
    low_included: bool = True
    high_included: bool = True
    start: Any = None
    """Where the page before ended: the item itself stays in the window."""
    forward: bool = True
    limit: int | None = None


class Partition(dict[str, Item]):
    """A partition as the emulator keeps it, which also knows its order.

    The order is made when it is first asked for, and kept while items come at the end, as they do
    in a journal; any other change makes it anew.
    """

    SPARE: ClassVar[int] = 2
    """A page needs one item more, to know that it is not the last, and the one where it starts."""

    def __init__(self, items: Iterable[tuple[str, Item]] = ()) -> None:
        super().__init__(items)
        self._values: list[Any] | None = None
        self._keys: list[str] = []
        self._fresh: list[str] = []

    def __setitem__(self, key: str, item: Item) -> None:
        if self._values is not None and key not in self:
            self._fresh.append(key)
        super().__setitem__(key, item)

    def __delitem__(self, key: str) -> None:
        self._values = None
        super().__delitem__(key)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove an item."""
        self._values = None
        return super().pop(key, *default)

    def window(self, wanted: Range, order: Order) -> dict[str, Item]:
        """Return, in order, the items that a query must look at, and few more.

        Parameters
        ----------
        wanted
            The range of the sort key and how much of it.
        order
            What an item is sorted by.
        """
        values = self._ordered(order)
        low, high = 0, len(values)
        if wanted.low is not None:
            low = (bisect_left if wanted.low_included else bisect_right)(values, wanted.low)
        if wanted.high is not None:
            high = (bisect_right if wanted.high_included else bisect_left)(values, wanted.high)
        if wanted.start is not None and wanted.forward:
            low = max(low, bisect_left(values, wanted.start))
        elif wanted.start is not None:
            high = min(high, bisect_right(values, wanted.start))
        if wanted.limit is not None:
            enough = wanted.limit + self.SPARE
            if wanted.forward:
                high = min(high, low + enough)
            else:
                low = max(low, high - enough)
        return {key: self[key] for key in self._keys[low:high]}

    def _ordered(self, order: Order) -> list[Any]:
        values = self._values
        if values is not None:
            for key in self._fresh:
                value = order(self[key])
                if values and value <= values[-1]:
                    values = None
                    break
                values.append(value)
                self._keys.append(key)
        if values is None:
            ordered = sorted((order(item), key) for key, item in self.items())
            values = [value for value, _ in ordered]
            self._keys = [key for _, key in ordered]
        self._values = values
        self._fresh = []
        return values
