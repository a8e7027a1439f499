"""The insurance fund: an account of the house, out of which what liquidated accounts owe is paid.

It is an account as any other: its journal is its ledger, deposits and payments are records of it,
what it has can never be less than nothing. Only nobody trades for it, so it has no keys.
"""

from typing import Final

FUND: Final = "insurance-fund"
"""Its account."""

PAYMENTS_LEFT_MIN: Final = 10
"""It runs low when it could not pay so many more like the last one."""


def runs_low(left_minor: int, paid_minor: int) -> bool:
    """Whether an operator should see to the fund, by what is left behind a payment.

    Examples
    --------
    >>> runs_low(1_000, 100), runs_low(999, 100)
    (False, True)
    """
    return left_minor < PAYMENTS_LEFT_MIN * paid_minor
