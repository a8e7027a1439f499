"""The routes of reconciliation. Importing them needs no environment."""

from http import HTTPStatus
from typing import Final

from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.reconciliations import ReconciliationReport
from zerodesk_aws.contracts.roles import Role

API_BUDGET_SECONDS: Final = 24.0
"""API Gateway waits 29 seconds. What is left over is read in the next run, whoever asks for it."""

api = Api("reconciliation")
app = api.app


@api.route(
    "POST",
    "/v1/reconciliations",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: ReconciliationReport},
)
def reconcile(_: Call, __: Nothing) -> Answer:
    """Reconcile now, and answer with the report.

    Where it is not complete, time was up before all was read: ask again, or wait for the run of the
    next minute, and it goes on from there.
    """
    from reconciliation import operations

    report = operations.reconcile(API_BUDGET_SECONDS)
    return Answer(ReconciliationReport.model_validate(report))
