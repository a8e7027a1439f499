"""Find an account's items that have no answer.

Items are found by the index of their times, from a position that only moves over what is done or
kept in mind as pending. A note holds both, and each note that was ever true stays true: what was
found up to the position and is not pending is done for good. So two runs at once, or a run that
dies, lose nothing.

An item's time is by the clock of whoever took it in. One whose clock was ahead is driven on at
once; one whose clock was behind may appear where the position has passed already, and is found by
a second position that follows the first at a distance.
"""

from dataclasses import dataclass
from typing import Any, Final

from sweeper.bounds import CLOCK_ERROR_MS, INDEX_LAG_MS, MAX_KEYS, MAX_PENDING, YOUNG_MS
from zerodesk.orders import OrderStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.tables.cursors import Cursors
from zerodesk_aws.tables.orders import OrderItem, Orders

PENDING = (
    *(status.value for status in OrderStatus if status.is_pending),
    WithdrawalStatus.RESERVED.value,
)

END_OF_TIME_MS: Final = 10**15


@dataclass(frozen=True, slots=True)
class Swept:
    """How far an account's items are swept, once and again, and which have no answer yet."""

    upto_ms: int = 0
    again_upto_ms: int = 0
    pending: tuple[str, ...] = ()

    def to_note(self) -> dict[str, Any]:
        """Return what the cursors table keeps."""
        return {
            "upto_ms": self.upto_ms,
            "again_upto_ms": self.again_upto_ms,
            "pending": list(self.pending),
        }

    @classmethod
    def of(cls, note: dict[str, Any]) -> "Swept":
        """Return what a note says; one of older code has looked once only."""
        return cls(note["upto_ms"], note.get("again_upto_ms", 0), tuple(note["pending"]))


class PendingItems:
    """The items without an answer, per account."""

    def __init__(self, orders: Orders, cursors: Cursors) -> None:
        self._orders, self._cursors = orders, cursors

    def find(self, account_id: str, now_ms: int) -> list[OrderItem]:
        """Return the items of an account that stand still, and remember how far was looked."""
        name = f"swept#{account_id}"
        swept = self._swept(name)
        found = self._placed(account_id, swept.upto_ms, END_OF_TIME_MS)
        keys = [key for key in found if abs(int(key.placed_at_ms) - now_ms) >= YOUNG_MS]
        again = self._placed(account_id, swept.again_upto_ms, now_ms - CLOCK_ERROR_MS)
        ids = dict.fromkeys([*swept.pending, *(key.order_id for key in [*keys, *again])])
        statuses = self._orders.statuses(account_id, ids)
        pending = [order_id for order_id, status in statuses.items() if status in PENDING]
        items = self._orders.get_many(account_id, pending) if pending else {}
        standing = [item for item in items.values() if item.status in PENDING]
        after = _after(swept, keys, again, standing, now_ms)
        if after != swept:
            self._cursors.keep_note(name, after.to_note())
        return standing

    def _placed(self, account_id: str, from_ms: int, to_ms: int) -> list[OrderItem]:
        found = self._orders.placed(account_id, from_ms=from_ms, to_ms=to_ms, limit=MAX_KEYS)
        return list(found)

    def _swept(self, name: str) -> Swept:
        note = self._cursors.note(name)
        return Swept() if note is None else Swept.of(note)


def _after(
    swept: Swept,
    keys: list[OrderItem],
    again: list[OrderItem],
    standing: list[OrderItem],
    now_ms: int,
) -> Swept:
    """Return how far is swept now: not into what the index may not show yet."""
    lagging_ms = now_ms - INDEX_LAG_MS
    seen_ms = [int(key.placed_at_ms) for key in keys]
    upto_ms = max((at_ms for at_ms in seen_ms if at_ms <= lagging_ms), default=swept.upto_ms)
    again_ms = max((int(key.placed_at_ms) for key in again), default=swept.again_upto_ms)
    behind = tuple(item.order_id for item in standing if int(item.placed_at_ms) <= upto_ms)
    if len(behind) > MAX_PENDING:
        return swept
    return Swept(max(upto_ms, swept.upto_ms), max(again_ms, swept.again_upto_ms), behind)
