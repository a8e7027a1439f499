"""A file of options through a pricing job: described, uploaded, waited for, its values fetched."""

import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import httpx

from zerodesk_client.api import Client
from zerodesk_client.api.faults import UnreachableError
from zerodesk_client.api.job_models import Job, Link, NewJob

BLOCK_BYTES: Final = 1_048_576
HEADING_BYTES: Final = 1_000
TIMEOUT_S: Final = 60.0
POLL_S: Final = 0.5
TRIES: Final = 5


def describe(path: Path, kind: str, terms: dict[str, Any], job_id: str | None = None) -> NewJob:
    """Return the job of a CSV file whose first line names its columns.

    Without an id of the caller's it has one that follows from the file and the terms: asked again,
    it is the same job.
    """
    digest, size_bytes = hashlib.sha256(), 0
    with path.open("rb") as file:
        heading = file.readline(HEADING_BYTES).removeprefix(b"\xef\xbb\xbf")
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
            size_bytes += len(block)
    names = heading.decode("utf-8", errors="replace").strip("\r\n").split(",")
    columns = tuple(name.strip(' "') for name in names)
    asked = json.dumps([kind, terms, columns, digest.hexdigest()], sort_keys=True)
    derived = f"file-{hashlib.sha256(asked.encode()).hexdigest()[:24]}"
    return NewJob(job_id or derived, kind, terms, columns, size_bytes, digest.hexdigest())


def run(client: Client, job: NewJob, path: Path, told: Callable[[Job], None]) -> Job:
    """Bring a job to its end, from wherever it stands, and tell each step.

    Raises
    ------
    ApiProblem
        The venue refuses the job.
    UnreachableError
        The venue or its storage does not answer.
    """
    standing = client.create_pricing_job(job)
    if standing.upload is not None:
        upload(standing.upload, path)
        standing = client.start_pricing_job(job.job_id)
    told(standing)
    while not standing.is_over:
        time.sleep(POLL_S)
        standing = client.pricing_job(job.job_id)
        told(standing)
    return standing


def upload(link: Link, path: Path) -> None:
    """Send a file to its place."""

    def send(http: httpx.Client) -> None:
        with path.open("rb") as file:
            http.request(
                link.method, link.url, content=file, headers=link.headers
            ).raise_for_status()

    _tried(link, send)


def download(link: Link, path: Path) -> None:
    """Fetch a result to a file, which is there whole or not at all."""

    def fetch(http: httpx.Client) -> None:
        part = path.with_name(f"{path.name}.part")
        with http.stream(link.method, link.url, headers=link.headers) as answer:
            answer.raise_for_status()
            with part.open("wb") as file:
                for block in answer.iter_bytes(BLOCK_BYTES):
                    file.write(block)
        part.replace(path)

    _tried(link, fetch)


def _tried(link: Link, send: Callable[[httpx.Client], None]) -> None:
    """Do a transfer, again where it fails: the same bytes to the same place are the same."""
    place, started_s = link.url.partition("?")[0], time.monotonic()
    loopback = httpx.URL(link.url).host in ("127.0.0.1", "localhost", "::1")
    with httpx.Client(timeout=TIMEOUT_S, trust_env=not loopback) as http:
        for tried in range(1, TRIES + 1):
            try:
                return send(http)
            except httpx.HTTPError as error:
                if tried == TRIES:
                    waited_s = time.monotonic() - started_s
                    raise UnreachableError(place, str(error).partition("?")[0], waited_s) from error
            time.sleep(POLL_S)
    return None
