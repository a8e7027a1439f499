"""Jobs: made once, started once, and shown by what their folders hold."""

import hashlib
from typing import Any, Final

from pricing_jobs.terms import job_terms
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.pricing_jobs import CreateJob, Job
from zerodesk_aws.entry import count, logger
from zerodesk_aws.job_files import (
    OUTCOME,
    PLAN,
    REQUEST,
    RESULTS,
    UPLOAD,
    JobFiles,
    folder_of,
)
from zerodesk_aws.workflows import NamedWorkflow

UNDER_WAY: Final = ("RUNNING", "PENDING_REDRIVE")
"""What Step Functions says of an execution that is not over."""
SUCCEEDED: Final = "SUCCEEDED"


class Jobs:
    """The jobs of all accounts, each its own alone."""

    def __init__(self, files: JobFiles, workflow: NamedWorkflow) -> None:
        self._files, self._workflow = files, workflow

    def create(self, account_id: str, asked: CreateJob) -> tuple[Job, bool]:
        """Make a job, or return the one that is there, and whether it is new.

        Raises
        ------
        ProblemError
            What the kind's own route refuses; INTAKE_IDEMPOTENCY_CONFLICT: the id names another.
        """
        folder = folder_of(account_id, asked.job_id)
        request = {
            "account_id": account_id,
            "job_id": asked.job_id,
            "kind": asked.kind,
            "terms": job_terms(asked),
            "columns": list(asked.columns),
            "bytes": asked.bytes,
            "sha256": asked.sha256,
        }
        is_new = self._files.put_new(folder, REQUEST, request | {"created_at_ms": now_ms()})
        standing = self._standing(folder)
        if request | {"created_at_ms": standing["created_at_ms"]} != standing:
            rule = "new, or with the same body as before"
            raise refused(ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT, "job_id", asked.job_id, rule)
        if is_new:
            count("PricingJobsCreated")
            logger.info("job created", folder=folder, kind=asked.kind, bytes=asked.bytes)
        return self._shown(folder, standing), is_new

    def start(self, account_id: str, job_id: str) -> Job:
        """Start a job whose file is there; one that was started goes on as it does.

        Raises
        ------
        ProblemError
            NOT_FOUND, or JOB_NOT_UPLOADED.
        """
        folder = folder_of(account_id, job_id)
        request = self._standing(folder)
        if UPLOAD not in self._files.sizes(folder, UPLOAD):
            raise ended(
                ProblemCode.JOB_NOT_UPLOADED,
                f"Upload the {request['bytes']} bytes of the job to its link first.",
            )
        if self._workflow.start(_execution_of(folder, request), {"folder": folder}):
            count("PricingJobsStarted")
            logger.info("job started", folder=folder)
        return self._shown(folder, request)

    def shown(self, account_id: str, job_id: str) -> Job:
        """Return a job as it stands, or refuse with NOT_FOUND."""
        folder = folder_of(account_id, job_id)
        return self._shown(folder, self._standing(folder))

    def _standing(self, folder: str) -> dict[str, Any]:
        request: dict[str, Any] | None = self._files.document(folder, REQUEST)
        if request is None:
            raise ended(ProblemCode.NOT_FOUND, "This account has no job of this id.")
        return request

    def _shown(self, folder: str, request: dict[str, Any]) -> Job:
        outcome = self._files.document(folder, OUTCOME)
        execution = None
        if outcome is None:
            execution = self._workflow.status(_execution_of(folder, request))
        if execution == SUCCEEDED:
            # It ended since we looked.
            outcome = self._files.document(folder, OUTCOME)
        told = {
            "job_id": request["job_id"],
            "kind": request["kind"],
            "created_at": iso_ms(request["created_at_ms"]),
            **_NOTHING_YET,
        }
        if outcome is not None:
            return Job.model_validate(told | self._of_outcome(folder, outcome))
        if execution is None:
            link = self._files.upload_link(folder, request["bytes"], request["sha256"])
            return Job.model_validate(told | {"status": "CREATED", "upload": link})
        if execution in UNDER_WAY:
            return Job.model_validate(told | {"status": "RUNNING"} | self._progress(folder))
        return Job.model_validate(told | {"status": "FAILED", "error": execution})

    def _of_outcome(self, folder: str, outcome: dict[str, Any]) -> dict[str, Any]:
        known = dict(outcome)
        if outcome["status"] != "REFUSED":
            known["given_up"] = tuple(outcome["given_up"])
            known["result"] = self._files.result_link(folder)
        return known

    def _progress(self, folder: str) -> dict[str, Any]:
        plan = self._files.document(folder, PLAN)
        if plan is None:
            return {}
        return {
            "rows": sum(chunk["rows"] for chunk in plan),
            "chunks": len(plan),
            "chunks_done": len(self._files.sizes(folder, f"{RESULTS}/")),
        }


_NOTHING_YET: Final = {
    "rows": None,
    "chunks": None,
    "chunks_done": 0,
    "rows_with_values": None,
    "given_up": (),
    "refusal": None,
    "error": None,
    "upload": None,
    "result": None,
}


def _execution_of(folder: str, request: dict[str, Any]) -> str:
    """Return the name of a job's execution: another where its id came free and is used again."""
    made = f"{folder}/{request['created_at_ms']}"
    return hashlib.sha256(made.encode()).hexdigest()
