"""Faults: what is worth another try, or a person's attention. Refusals are values, not these.

The workflows retry by these class names; a test holds the two together.
"""


class JournalContentionError(RuntimeError):
    """Other writers were first too often; the next try will likely pass."""


class JournalUnavailableError(RuntimeError):
    """The journal did not answer, and whether a record was written is not known yet."""


class JournalCorruptError(RuntimeError):
    """A record does not hash to what it says, or does not follow the one before."""


class ServiceBusyError(RuntimeError):
    """A service was too busy, or did not answer in time; the next try will likely pass."""


class EventsNotTakenError(RuntimeError):
    """The bus did not take all that it was told; it is told again."""


class StaleMarketError(RuntimeError):
    """The market table does not know a market that the journal has listed."""


class RegisterFullError(RuntimeError):
    """A register has reached its bound: nothing was added."""


class RecordTooLargeError(RuntimeError):
    """A record does not fit an item: a bound upstream is missing."""


class PricingIncompleteError(RuntimeError):
    """Chunks of a pricing job were given up; what the others came to is in its result."""
