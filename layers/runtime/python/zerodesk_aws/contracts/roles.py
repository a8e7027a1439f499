"""What a key may do."""

from enum import StrEnum


class Role(StrEnum):
    """What a key may do. An operator runs the venue and does not trade on it."""

    TRADER = "trader"
    OPERATOR = "operator"
