"""Where a withdrawal stands: all that a reader of its item needs to know of withdrawals."""

from enum import StrEnum


class WithdrawalStatus(StrEnum):
    """Where a withdrawal stands. QUEUED is before the account's journal has it."""

    QUEUED = "QUEUED"
    RESERVED = "RESERVED"
    POSTED = "POSTED"
    VOIDED = "VOIDED"
    REJECTED = "REJECTED"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to the withdrawal."""
        return self not in (WithdrawalStatus.QUEUED, WithdrawalStatus.RESERVED)
