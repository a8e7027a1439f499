"""Where snapshots are kept. Nothing here is believed: see ``zerodesk.snapshots``."""

from collections.abc import Iterator
from typing import Final

from zerodesk.snapshots import Snapshot
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.snapshots import SnapshotItem

MAX_ITEM_BYTES: Final = 350_000
"""Of a state in its item; DynamoDB refuses items above 400 KB."""


class SnapshotTooLargeError(RuntimeError):
    """The state does not fit an item."""


class Snapshots:
    """The snapshots of one table."""

    def __init__(self, table_name: str) -> None:
        self._items = bound(SnapshotItem, table_name)

    def keep(self, snapshot: Snapshot) -> None:
        """Store a snapshot, in place of one that stood there.

        It needs no condition: two that both prove true are the same, and one that does not is
        never used.
        """
        if len(snapshot.data) > MAX_ITEM_BYTES:
            raise SnapshotTooLargeError(f"{snapshot.stream}: {len(snapshot.data)} bytes")
        self._items(
            snapshot.stream,
            snapshot.sequence,
            record_hash=snapshot.record_hash,
            state_hash=snapshot.state_hash,
            format=snapshot.format,
            data=snapshot.data,
        ).save()

    def newest_first(
        self, stream: str, *, upto: int | None = None, limit: int
    ) -> Iterator[Snapshot]:
        """Yield at most ``limit`` snapshots that stand at a sequence or before it."""
        items = self._items.query(
            stream,
            None if upto is None else SnapshotItem.sequence <= upto,
            scan_index_forward=False,
            limit=limit,
            page_size=1,
        )
        for item in items:
            yield Snapshot(
                item.stream,
                int(item.sequence),
                item.record_hash,
                item.state_hash,
                int(item.format),
                item.data,
            )
