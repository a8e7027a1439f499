"""The sweeper's bounds."""

from typing import Final

YOUNG_MS: Final = 5_000
"""What is younger is at work, not standing: an order takes well under a second."""

INDEX_LAG_MS: Final = 60_000
"""How long an item may take to appear in the index. The index is not strongly consistent; usually
it lags by less than a second."""

CLOCK_ERROR_MS: Final = 3_600_000
"""How wrong the clock may have been by which an item says when it was placed: machines of one
region agree to within a second. So much later each item is looked for a second time, where the
first look had passed before it came."""

MAX_KEYS: Final = 1_000
"""New items of one account that one look finds, the oldest first."""

MAX_PENDING: Final = 500
"""Items of one account without an answer that are kept in mind; as long as there are more, the
account's cursor waits."""

MAX_UNSETTLED: Final = 500
"""Records behind a settlement cursor that are looked at for orders that are answered already."""

FEES_WAIT_MS: Final = 5 * 60_000
"""How long fees stay with their book at least: one record of the house then carries many fees."""

MAX_SWEEPS: Final = 20
"""Stretches of a book's fees swept in one run, a thousand records each."""
