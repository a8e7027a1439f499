"""The routes of archivist. Importing them needs no environment."""

from http import HTTPStatus

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.journal import (
    AskExport,
    AskState,
    Exported,
    ListRecords,
    RecordPage,
    StateAt,
)
from zerodesk_aws.contracts.roles import Role

api = Api("archivist")
app = api.app


@api.route(
    "GET",
    "/v1/journal/records",
    ListRecords,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: RecordPage},
)
def list_records(_: Call, asked: ListRecords) -> Answer:
    """List the records of a stream as they stand, in order."""
    from archivist.operations import history

    return Answer(history.records(asked))


@api.route(
    "GET",
    "/v1/journal/state",
    AskState,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: StateAt},
    refuses=(ProblemCode.NOT_FOUND,),
)
def get_state(_: Call, asked: AskState) -> Answer:
    """Get what a stream came to, now, at a time or behind any of its records."""
    from archivist.operations import history

    return Answer(history.state(asked))


@api.route(
    "POST",
    "/v1/journal/exports",
    AskExport,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Exported},
    refuses=(ProblemCode.NOT_FOUND,),
)
def export(_: Call, asked: AskExport) -> Answer:
    """Add what a stream has to its archive in the venue's bucket, five thousand records at most.

    With a first and a last record, what is between them goes to an archive of its own. Nothing is
    added twice; ask again until nothing is.
    """
    from archivist.operations import exports

    if asked.first is None or asked.last is None:
        return Answer(exports.export(asked.stream))
    return Answer(exports.export_range(asked.stream, asked.first, asked.last))
