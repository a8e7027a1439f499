"""A market's surface as its table keeps it."""

from decimal import Decimal
from typing import Any, NamedTuple


class StoredSurface(NamedTuple):
    """A market's surface: its document, the time and spot of its quotes, until when it is valid."""

    document: dict[str, Any]
    as_of_ms: int
    spot: str
    valid_until_ms: int

    @property
    def price(self) -> Decimal:
        """The spot as a number."""
        return Decimal(self.spot)
