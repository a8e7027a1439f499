"""Cursors: how far a worker has come, and who is at work now.

A lease only spares work. Nothing is wrong when two workers run at once, or when one dies with
the lease in hand: it runs out.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from zerodesk.turnover import TickValue
from zerodesk_aws.tables.bind import bound, update
from zerodesk_aws.tables.items import condition_failed, got


def settlement_cursor(symbol: str) -> str:
    """Return the name of the cursor of a book's settlement."""
    return f"settlement#{symbol}"


class Taken(NamedTuple):
    """A cursor as it was when its lease was taken."""

    position: int
    traded: Mapping[str, int]
    """What the book traded by the hour, up to the position (``zerodesk.volume``)."""
    tick: TickValue | None
    """What a tick of the book's market is worth; None until the cursor has passed its listing."""


class CursorItem(Model):
    """One cursor: a position that never goes back, perhaps a lease, perhaps a note."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "cursors"

    name = UnicodeAttribute(hash_key=True)
    position = NumberAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    until_ms = NumberAttribute(null=True)
    note = JSONAttribute(null=True)
    traded = JSONAttribute(null=True)
    tick = JSONAttribute(null=True)


class Cursors:
    """The cursors of one table."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._items = bound(CursorItem, table_name)

    def position(self, name: str) -> int:
        """Return a cursor's position, read strongly; 0 when it has never moved."""
        item = got(self._table_name, {"name": {"S": name}}, ("position",))
        return int(item["position"]["N"]) if item else 0

    def traded(self, name: str) -> Mapping[str, int]:
        """Return what a book traded by the hour, up to its cursor."""
        try:
            return self._items.get(name, attributes_to_get=["traded"]).traded or {}
        except DoesNotExist:
            return {}

    def note(self, name: str) -> dict[str, Any] | None:
        """Return what a worker left for its next run, read strongly, or None."""
        try:
            note: dict[str, Any] | None = self._items.get(name, consistent_read=True).note
        except DoesNotExist:
            return None
        return note

    def keep_note(self, name: str, note: dict[str, Any]) -> None:
        """Leave a note for the next run; the last one counts, so it may hold no truth."""
        update(self._items, name, actions=[CursorItem.note.set(note)])

    def acquire(self, name: str, owner: str, *, at_ms: int, until_ms: int) -> Taken | None:
        """Take the lease and return the cursor as it stands, or None while another has it."""
        free = CursorItem.owner.does_not_exist() | (CursorItem.until_ms < at_ms)
        item = self._items(name)
        try:
            item.update(
                actions=[CursorItem.owner.set(owner), CursorItem.until_ms.set(until_ms)],
                condition=free | (CursorItem.owner == owner),
            )
        except UpdateError as error:
            if condition_failed(error):
                return None
            raise
        tick = None if item.tick is None else TickValue(*item.tick)
        return Taken(int(item.position or 0), item.traded or {}, tick)

    def advance_and_release(
        self,
        name: str,
        position: int,
        owner: str,
        traded: Mapping[str, int],
        tick: TickValue | None,
    ) -> None:
        """Move a cursor forward and give the lease back, in one write unless it ran out.

        What was traded is of the records up to the position, whoever moves the cursor there.
        """
        behind = CursorItem.position.does_not_exist() | (CursorItem.position < position)
        moved = [CursorItem.position.set(position), CursorItem.traded.set(dict(traded))]
        if tick is not None:
            moved.append(CursorItem.tick.set(list(tick)))
        released = [CursorItem.owner.remove(), CursorItem.until_ms.remove()]
        if not self._update(name, [*moved, *released], behind & (CursorItem.owner == owner)):
            self._update(name, moved, behind)

    def release(self, name: str, owner: str) -> None:
        """Give the lease back where it stands."""
        free = [CursorItem.owner.remove(), CursorItem.until_ms.remove()]
        self._update(name, free, CursorItem.owner == owner)

    def _update(self, name: str, actions: Sequence[Action], condition: Condition) -> bool:
        try:
            update(self._items, name, actions=actions, condition=condition)
        except UpdateError as error:
            if condition_failed(error):
                return False
            raise
        return True
