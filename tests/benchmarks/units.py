"""What DynamoDB charges for a write, by the published rules.

A put or update costs a unit per started KB of the larger of the item before and after, a put into a
table with an index of keys another one; a write whose condition failed costs the same (AWS,
"DynamoDB read and write operations", "DynamoDB item sizes and formats").
"""

import base64
from collections import Counter
from decimal import Decimal
from typing import Any, Final

UNIT_BYTES: Final = 1_024


def size_of(item: dict[str, Any]) -> int:
    """Return an item's size in bytes by the published rules.

    Bytes are counted as such, also where they are on the wire, in base64.

    Examples
    --------
    >>> size_of({"body": {"B": b"1234567"}}), size_of({"body": {"B": "MTIzNDU2Nw=="}})
    (11, 11)
    """
    return sum(len(name.encode()) + _size_of(value) for name, value in item.items())


def _size_of(value: dict[str, Any]) -> int:
    [(kind, inner)] = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            return (len(str(Decimal(inner).normalize().as_tuple().digits)) // 3 + 1) // 2 + 1
        case "B":
            return len(inner if isinstance(inner, bytes) else base64.b64decode(inner))
        case "M":
            return 3 + sum(len(name.encode()) + 1 + _size_of(one) for name, one in inner.items())
        case "L":
            return 3 + sum(1 + _size_of(one) for one in inner)
        case _:
            return 1


class Units:
    """Counts writes, write units and bytes by table."""

    def __init__(self) -> None:
        self.units: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()

    def count(self, table: str, size_bytes: int, *, is_new: bool) -> None:
        """Count a write by the larger of the sizes of its item before and after."""
        units = max(1, -(-size_bytes // UNIT_BYTES))
        if table == "orders" and is_new:
            units += 1  # the index of keys
        self.units[table] += units
        self.writes[table] += 1
        self.bytes[table] += size_bytes

    def by_table(self, orders: int) -> str:
        """Return the units an order, by table."""
        return ", ".join(
            f"{table} {units / orders:.2f}" for table, units in sorted(self.units.items())
        )
