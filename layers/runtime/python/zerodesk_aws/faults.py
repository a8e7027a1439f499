"""Faults: what is worth another try, or a person's attention. Refusals are values, not these.

The workflows retry by these class names; a test holds the two together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final


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


PASSING_FAULTS: Final = (
    EventsNotTakenError,
    JournalContentionError,
    JournalUnavailableError,
)
PASSING_CODES: Final = {
    "ConditionalRequestConflict",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
}
"""What AWS answers when it is busy, or when somebody else wrote at the same time."""


def passes(fault: Exception) -> bool:
    """Whether a fault is one of the moment: not answered in time, or too busy."""
    # A function that never has these faults does without what raises them.
    from botocore.exceptions import BotoCoreError, ClientError

    # What pynamodb raises has the client's error for its cause.
    cause = getattr(fault, "cause", fault)
    if isinstance(cause, ClientError):
        return cause.response["Error"]["Code"] in PASSING_CODES
    return isinstance(cause, (BotoCoreError, *PASSING_FAULTS))


@contextmanager
def named() -> Iterator[None]:
    """Raise what passes by a name that a workflow can retry by.

    Step Functions knows a fault by the name of its class, and the class of a fault of a table says
    which call it was of, not what the table answered.

    Raises
    ------
    ServiceBusyError
        A service was too busy, or did not answer. What has a name already keeps it.
    """
    try:
        yield
    except (*PASSING_FAULTS, StaleMarketError):
        # They have their names. To ask whether they pass would load the clients that raise others.
        raise
    except Exception as fault:
        if passes(fault):
            raise ServiceBusyError(type(fault).__name__) from fault
        raise
