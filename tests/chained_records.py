"""Records that are chained as the journal chains them, for what verifies or reads them."""

from typing import Any

from zerodesk import CODE_VERSION
from zerodesk.codec import GENESIS_HASH
from zerodesk.verification import FIRST_EPOCH, Record


def append_record(
    records: list[Record],
    stream: str,
    body: dict[str, Any],
    *,
    at_ms: int = 1,
    begins_epoch: bool = False,
) -> None:
    """Append a body to a stream's records, hashed behind the last of them.

    Examples
    --------
    >>> records = []
    >>> append_record(records, "account#a", {"cause": {"kind": "open"}})
    >>> append_record(records, "account#a", {"cause": {"kind": "deposit"}})
    >>> [one.sequence for one in records], records[1].previous_hash == records[0].hash
    ([1, 2], True)
    """
    last = records[-1] if records else None
    record = Record(
        stream=stream,
        sequence=len(records) + 1,
        previous_hash=last.hash if last else GENESIS_HASH,
        hash="",
        epoch=(last.epoch if last else FIRST_EPOCH) + begins_epoch,
        code_version=CODE_VERSION,
        recorded_at_ms=at_ms,
        body=body,
    )
    records.append(Record.from_dict(record.to_dict() | {"hash": record.true_hash()}))
