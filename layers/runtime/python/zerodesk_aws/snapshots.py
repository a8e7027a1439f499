"""Where snapshots are kept. Nothing here is believed: see ``zerodesk.snapshots``."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from botocore.config import Config
from botocore.exceptions import ClientError

from zerodesk.snapshots import Snapshot
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.snapshots import SnapshotItem

MAX_ITEM_BYTES: Final = 350_000
"""Of a state in its item, which DynamoDB refuses above 400 KB; a larger one is an object."""

GONE: Final = frozenset({"NoSuchKey", "AccessDenied"})
"""What S3 answers for an object that is not there, with and without the right to list."""


class Snapshots:
    """The snapshots of one table, the large ones in a bucket."""

    def __init__(
        self, table_name: str, bucket_name: str, *, max_item_bytes: int = MAX_ITEM_BYTES
    ) -> None:
        self._items = bound(SnapshotItem, table_name)
        self._bucket_name = bucket_name
        self._max_item_bytes = max_item_bytes

    @cached_property
    def _s3(self) -> Any:
        # Most books are small: their readers do without a client of S3, 100 ms of a cold start.
        import boto3

        return boto3.client(
            "s3",
            config=Config(connect_timeout=1, read_timeout=5, retries={"total_max_attempts": 3}),
        )

    def keep(self, snapshot: Snapshot) -> None:
        """Store a snapshot, in place of one that stood there.

        It needs no condition: two that both prove true are the same, and one that does not is
        never used.
        """
        item = self._items(
            snapshot.stream,
            snapshot.sequence,
            record_hash=snapshot.record_hash,
            state_hash=snapshot.state_hash,
            format=snapshot.format,
        )
        if len(snapshot.data) <= self._max_item_bytes:
            item.data = snapshot.data
        else:
            item.object_key = _object_key(snapshot)
            self._s3.put_object(Bucket=self._bucket_name, Key=item.object_key, Body=snapshot.data)
        item.save()

    def newest_first(
        self, stream: str, *, upto: int | None = None, limit: int
    ) -> Iterator[Snapshot]:
        """Yield at most ``limit`` snapshots that stand at a sequence or before it."""
        items = self._items.query(
            stream,
            None if upto is None else SnapshotItem.sequence <= upto,
            consistent_read=True,
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
                self._data(item),
            )

    def _data(self, item: SnapshotItem) -> bytes:
        """Return a state's bytes; none, which proves nothing, when they are gone."""
        if not item.object_key:
            return item.data or b""
        try:
            answer = self._s3.get_object(Bucket=self._bucket_name, Key=item.object_key)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return b""
            raise
        data: bytes = answer["Body"].read()
        return data


def _object_key(snapshot: Snapshot) -> str:
    """Return a key of the state's own: what is being written never shows under an older one."""
    return f"snapshots/{snapshot.stream}/{snapshot.sequence}/{snapshot.state_hash}"
