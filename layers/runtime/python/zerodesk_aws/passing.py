"""Faults that pass: not answered in time, too busy, or somebody else wrote at the same moment.

Nothing that was meant to happen is lost by them, and nothing happens twice if it is tried again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from zerodesk_aws.faults import (
    EventsNotTakenError,
    JournalContentionError,
    JournalUnavailableError,
    ServiceBusyError,
)

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
    from pynamodb.exceptions import PynamoDBException

    from zerodesk_aws.tables.bind import response_code

    if isinstance(fault, PynamoDBException):
        return response_code(fault) in PASSING_CODES or isinstance(fault.cause, BotoCoreError)
    if isinstance(fault, ClientError):
        return fault.response["Error"]["Code"] in PASSING_CODES
    return isinstance(fault, (BotoCoreError, *PASSING_FAULTS))


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
    except PASSING_FAULTS:
        raise
    except Exception as fault:
        if passes(fault):
            raise ServiceBusyError(type(fault).__name__) from fault
        raise
