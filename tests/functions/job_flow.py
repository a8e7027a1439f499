"""Pricing jobs in process: the real functions over a bucket of moto, the workflow as a loop."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from tests.functions.gateway import Answered, Gateway

BUCKET = "jobs"


@cache
def s3() -> Any:
    """Return a client: to make one takes as long as many a test."""
    return boto3.client("s3")


def create_bucket() -> None:
    """Create the bucket of pricing jobs."""
    s3().create_bucket(Bucket=BUCKET)


@dataclass
class JobWorkflow:
    """Stands in for the workflow: walks its states at once, or says what it is told to say.

    ``gives_up`` has the numbers of chunks whose call fails for good.
    """

    context: Any
    gives_up: frozenset[int] = frozenset()
    stays: str | None = None
    """What every execution's status is, and none runs then."""
    ended: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def start(self, name: str, given: dict[str, Any]) -> bool:
        if name in self.ended:
            return False
        self.runs += 1
        self.ended[name] = self.stays or self.walk(given["folder"])
        return True

    def status(self, name: str) -> str | None:
        return self.ended.get(name)

    def walk(self, folder: str) -> str:
        """Run every state; return how the execution ended."""
        from zerodesk_aws.faults import PricingIncompleteError

        cut = self.call("job_chunks", {"step": "cut", "folder": folder})
        if cut["verdict"] == "REFUSED":
            return "SUCCEEDED"
        plan = json.loads(read(cut["plan_key"]))
        outcomes = [
            {"number": chunk["number"], "error": "Sandbox.Timedout"}
            if chunk["number"] in self.gives_up
            else self.call("chunk_pricing", chunk)
            for chunk in plan
        ]
        try:
            self.call("job_chunks", {"step": "join", "folder": folder, "outcomes": outcomes})
        except PricingIncompleteError:
            return "FAILED"
        return "SUCCEEDED"

    def call(self, function: str, event: dict[str, Any]) -> Any:
        """Call a function as Lambda does, with JSON in and out."""
        from chunk_pricing import handler as chunk_pricing
        from job_chunks import handler as job_chunks

        handlers: dict[str, Callable[..., Any]] = {
            "chunk_pricing": chunk_pricing.handler,
            "job_chunks": job_chunks.handler,
        }
        given = json.loads(json.dumps(event))
        return json.loads(json.dumps(handlers[function](given, self.context)))


def a_job(
    rows: Sequence[str], kind: str = "options", **changed: Any
) -> tuple[dict[str, Any], bytes]:
    """Return the request of a job and its file; ``rows`` begins with the heading."""
    data = "\n".join(rows).encode()
    asked = {
        "job_id": "one",
        "kind": kind,
        "columns": rows[0].split(","),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    return asked | changed, data


def run(gateway: Gateway, asked: dict[str, Any], data: bytes, **caller: Any) -> Any:
    """Create a job, upload its file and start it; return the job as it is then."""
    created = gateway.call("POST", "/v1/pricing/jobs", asked, **caller)
    assert created.status in (200, 201), created.text
    upload(caller.get("who", "alice"), asked["job_id"], data)
    started = start(gateway, asked["job_id"], **caller)
    assert started.status == 200, started.text
    return started.json


def start(gateway: Gateway, job_id: str, **caller: Any) -> Answered:
    return gateway.call("POST", f"/v1/pricing/jobs/{job_id}/start", **caller)


def shown(gateway: Gateway, job_id: str = "one", **caller: Any) -> Answered:
    return gateway.call("GET", f"/v1/pricing/jobs/{job_id}", **caller)


def upload(account_id: str, job_id: str, data: bytes) -> None:
    s3().put_object(Bucket=BUCKET, Key=key(account_id, job_id, "upload.csv"), Body=data)


def key(account_id: str, job_id: str, name: str) -> str:
    from zerodesk_aws.job_files import folder_of

    return f"jobs/{folder_of(account_id, job_id)}/{name}"


def read(object_key: str) -> bytes:
    data: bytes = s3().get_object(Bucket=BUCKET, Key=object_key)["Body"].read()
    return data


def result(account_id: str = "alice", job_id: str = "one") -> list[str]:
    """Return the lines of a job's result."""
    return read(key(account_id, job_id, "result.csv")).decode().splitlines()
