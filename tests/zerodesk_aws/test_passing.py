"""What passes has a name that a workflow can retry by, and what does not keeps its own."""

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from pynamodb.exceptions import PutError, QueryError

from zerodesk_aws.faults import (
    PASSING_CODES,
    EventsNotTakenError,
    JournalContentionError,
    JournalCorruptError,
    JournalUnavailableError,
    ServiceBusyError,
    named,
)


def answered(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Query")


def raised(fault: Exception) -> type[Exception]:
    with pytest.raises(Exception) as found, named():  # noqa: PT011 - which one is what is asked
        raise fault
    return found.type


@pytest.mark.parametrize("code", sorted(PASSING_CODES))
def test_a_busy_service_is_named_whatever_call_it_was(code: str) -> None:
    assert raised(answered(code)) is ServiceBusyError
    assert raised(QueryError("", answered(code))) is ServiceBusyError


def test_no_answer_in_time_is_named() -> None:
    late = ReadTimeoutError(endpoint_url="x")
    assert raised(late) is raised(PutError("", late)) is ServiceBusyError


@pytest.mark.parametrize(
    "fault",
    [
        JournalContentionError(""),
        JournalUnavailableError(""),
        EventsNotTakenError(""),
        JournalCorruptError(""),
        ZeroDivisionError(),
        answered("ValidationException"),
        PutError("", answered("AccessDeniedException")),
    ],
)
def test_what_has_a_name_and_what_does_not_pass_keep_theirs(fault: Exception) -> None:
    assert raised(fault) is type(fault)
