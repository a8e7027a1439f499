"""Cursors: how far a worker has come, and who is at work now.

A lease only spares work. Nothing is wrong when two workers run at once, or when one dies with
the lease in hand: it runs out.
"""

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.models import Model

from zerodesk.turnover import TickValue
from zerodesk_aws.tables.bind import bound, update
from zerodesk_aws.tables.items import Item, got, move_forward, updated

LEASE: Final = {"#owner": "owner", "#until_ms": "until_ms"}
TAKE: Final = "SET #owner = :owner, #until_ms = :until_ms"
IS_FREE: Final = "attribute_not_exists(#owner) OR #until_ms < :at_ms OR #owner = :owner"
GIVE_BACK: Final = "REMOVE #owner, #until_ms"
IS_OWN: Final = "#owner = :owner"
IS_BEHIND: Final = "(attribute_not_exists(#position) OR #position < :position)"


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
        item = got(self._table_name, _key(name), ("position",))
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
        item = updated(
            self._table_name,
            _key(name),
            TAKE,
            IS_FREE,
            LEASE,
            {
                ":owner": {"S": owner},
                ":until_ms": {"N": str(until_ms)},
                ":at_ms": {"N": str(at_ms)},
            },
            returns="ALL_NEW",
        )
        return None if item is None else _taken(item)

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
        moved = {"position": {"N": str(position)}, "traded": {"S": json.dumps(dict(traded))}}
        if tick is not None:
            moved["tick"] = {"S": json.dumps(tick)}
        sets = ", ".join(f"#{one} = :{one}" for one in moved)
        released = updated(
            self._table_name,
            _key(name),
            f"SET {sets} {GIVE_BACK}",
            f"{IS_BEHIND} AND {IS_OWN}",
            LEASE | {f"#{one}": one for one in moved},
            {":owner": {"S": owner}} | {f":{one}": value for one, value in moved.items()},
        )
        if released is None:
            move_forward(self._table_name, _key(name), moved, by="position")

    def release(self, name: str, owner: str) -> None:
        """Give the lease back where it stands."""
        updated(self._table_name, _key(name), GIVE_BACK, IS_OWN, LEASE, {":owner": {"S": owner}})


def _key(name: str) -> Item:
    return {"name": {"S": name}}


def _taken(item: Item) -> Taken:
    """Return a cursor as its item has it."""
    tick = json.loads(item["tick"]["S"]) if "tick" in item else None
    return Taken(
        int(item["position"]["N"]) if "position" in item else 0,
        json.loads(item["traded"]["S"]) if "traded" in item else {},
        None if tick is None else TickValue(*tick),
    )
