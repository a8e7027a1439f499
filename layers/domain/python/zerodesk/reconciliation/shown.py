"""What the journal says that the order items show, until it has been compared."""

from typing import Any, Final, NamedTuple, Self

from zerodesk.orders import OrderStatus
from zerodesk.reconciliation.findings import BreachCode

MAX_ENDED: Final = 100_000
"""Ended orders that may wait for their comparison. A cold start on a long journal finds more; it
lets the oldest go, which an earlier process has compared."""

PENDING: Final = tuple(status.value for status in OrderStatus if status.is_pending)
OPEN: Final = tuple(status.value for status in OrderStatus if status.is_open)

Key = tuple[str, str]
"""(account_id, order_id): the key of an item, be it an order's or a cancel's."""


class Shown(NamedTuple):
    """One projection of an item by a book's record, or the item itself.

    The amounts are None where there are none: a cancel's item has only a status. With
    ``if_pending`` the record does not know whether the item was answered elsewhere before.
    """

    sequence: int
    status: str
    filled_lots: int | None = None
    filled_notional_minor: int | None = None
    fee_minor: int | None = None
    if_pending: bool = False

    @classmethod
    def of(cls, sequence: int, projection: dict[str, Any]) -> Self:
        """Return a record's projection of an item."""
        return cls(
            sequence,
            projection["status"],
            projection.get("filled_lots"),
            projection.get("filled_notional_minor"),
            projection.get("fee_minor"),
            bool(projection.get("if_pending")),
        )

    @property
    def is_open(self) -> bool:
        """Whether more is to come: the order rests."""
        return self.status in OPEN

    def same_as(self, item: "Shown") -> bool:
        """Whether an item shows just this projection."""
        mine = (self.filled_lots, self.filled_notional_minor, self.fee_minor)
        theirs = (item.filled_lots, item.filled_notional_minor, item.fee_minor)
        amounts = all(m is None or m == t for m, t in zip(mine, theirs, strict=True))
        return self.status == item.status and amounts


class ShownOrders:
    """The projections that are still to be compared: those of open orders again in every run."""

    def __init__(self) -> None:
        self._open: dict[Key, list[Shown]] = {}
        self._ended: dict[Key, list[Shown]] = {}

    def __len__(self) -> int:
        return len(self._open) + len(self._ended)

    def take(self, sequence: int, projections: dict[str, dict[str, Any]]) -> None:
        """Take in what a record shows, by order id."""
        for order_id, projection in projections.items():
            self.add(projection["account_id"], order_id, Shown.of(sequence, projection))

    def add(self, account_id: str, order_id: str, shown: Shown) -> None:
        """Take in what a record shows of one item."""
        key = (account_id, order_id)
        trail = self._open.pop(key, None) or self._ended.pop(key, None) or []
        if trail and not trail[-1].is_open:
            # An ended item does not move again.
            self._ended[key] = trail
            return
        trail.append(shown)
        (self._open if shown.is_open else self._ended)[key] = trail
        if len(self._ended) > MAX_ENDED:
            self._ended.pop(next(iter(self._ended)))

    def due(self, upto: int, limit: int) -> list[Key]:
        """Return items that must show a record up to ``upto``, at most ``limit``, ended first."""
        found: list[Key] = []
        for waiting in (self._ended, self._open):
            for key, trail in waiting.items():
                if len(found) == limit:
                    return found
                if trail[0].sequence <= upto:
                    found.append(key)
        return found

    def compare(self, key: Key, item: Shown | None, upto: int) -> tuple[BreachCode, str] | None:
        """Return how an item, read after the book, differs from the journal, or None.

        The item must show the last record up to ``upto`` that touched it, or a later one.
        """
        waiting = self._open if key in self._open else self._ended
        # Taken out and put back at the end, the open orders take their turns.
        trail = waiting.pop(key)
        reached = [shown for shown in trail if shown.sequence <= upto][-1]
        difference = _difference(item, trail, reached)
        settled = difference is None and not trail[-1].is_open and trail[-1] is reached
        if not settled:
            # What lies before the reached projection is past; what comes after is still to come.
            waiting[key] = trail[trail.index(reached) :]
        return difference


class NothingShown(ShownOrders):
    """Projections that nobody will compare: there are no items beside an archive."""

    def take(self, sequence: int, projections: dict[str, dict[str, Any]]) -> None:
        """Leave what a record shows."""


def _difference(
    item: Shown | None, trail: list[Shown], reached: Shown
) -> tuple[BreachCode, str] | None:
    if item is None:
        return BreachCode.PROJECTION_MISSING, f"no item; record {reached.sequence} says {reached}"
    if reached.if_pending and item.sequence < reached.sequence and item.status not in PENDING:
        return None
    known = {shown.sequence: shown for shown in trail}
    if item.sequence > trail[-1].sequence and trail[-1].is_open:
        # A record after those that were read: compared in the next run.
        return None
    shown = known.get(item.sequence)
    if item.sequence >= reached.sequence and shown is not None and shown.same_as(item):
        return None
    return (
        BreachCode.PROJECTION_DIFFERS,
        f"item shows {item}, record {reached.sequence} says {reached}",
    )
