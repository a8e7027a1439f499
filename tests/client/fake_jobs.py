"""Pricing jobs of the fake venue: a store on a socket, and as a value for each row its length."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.client.fake_state import Answer, Principal, Refusal

CHUNK_ROWS = 2
Files = dict[str, bytes]


class Jobs:
    """What the venue does with jobs; ``store`` has the files, and is served at ``store_url``."""

    store: Files
    store_url = ""
    store_fails = 0
    """How many of the next requests to the store are not answered."""
    gives_up = False

    def create_job(self, who: Principal, data: dict[str, Any]) -> Answer:
        jobs = self.__dict__.setdefault("jobs", {})
        job = jobs.setdefault((who.account_id, data["job_id"]), {"asked": data, "polls": None})
        if job["asked"] != data:
            raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", "the id has another body")
        return 201, self._job_shown(data["job_id"], job)

    def start_job(self, who: Principal, _data: dict[str, Any], job_id: str) -> Answer:
        job = self._job(who, job_id)
        if job_id not in self.store:
            raise Refusal(409, "JOB_NOT_UPLOADED", "upload it first")
        if job["polls"] is None:
            job["polls"] = 0
        return 200, self._job_shown(job_id, job)

    def get_job(self, who: Principal, _data: dict[str, Any], job_id: str) -> Answer:
        job = self._job(who, job_id)
        if job["polls"] is not None:
            job["polls"] += 1
        return 200, self._job_shown(job_id, job)

    def _job(self, who: Principal, job_id: str) -> Any:
        job = self.__dict__.get("jobs", {}).get((who.account_id, job_id))
        if job is None:
            raise Refusal(404, "NOT_FOUND", job_id)
        return job

    def _job_shown(self, job_id: str, job: Any) -> dict[str, Any]:
        link = {"url": f"{self.store_url}/{job_id}", "headers": {}, "valid_seconds": 900}
        shown = {
            "job_id": job_id,
            "kind": job["asked"]["kind"],
            "status": "CREATED",
            "created_at": "2026-11-29T07:00:00.000Z",
            "chunks_done": 0,
            "given_up": [],
        } | dict.fromkeys(
            ("rows", "chunks", "rows_with_values", "refusal", "error", "upload", "result")
        )
        if job["polls"] is None:
            return shown | {"upload": link | {"method": "PUT"}}
        return shown | self._progress(job_id, job, link)

    def _progress(self, job_id: str, job: Any, link: dict[str, Any]) -> dict[str, Any]:
        data = self.store[job_id]
        rows = data.decode().splitlines()[1:]
        if hashlib.sha256(data).hexdigest() != job["asked"]["sha256"] or not rows:
            refusal = {"field": "rows", "value": "0", "rule": "at least one row"}
            return {"status": "REFUSED", "refusal": refusal}
        chunks = -(-len(rows) // CHUNK_ROWS)
        done = {"rows": len(rows), "chunks": chunks, "chunks_done": min(job["polls"], chunks)}
        if job["polls"] < chunks:
            return done | {"status": "RUNNING"}
        values = "".join(f"OK,{len(row)}\n" for row in rows)
        self.store[f"{job_id}/values"] = f"status,price\n{values}".encode()
        given_up = [{"first_row": 1, "last_row": 2, "error": "Sandbox.Timedout"}]
        return done | {
            "status": "INCOMPLETE" if self.gives_up else "DONE",
            "rows_with_values": len(rows),
            "given_up": given_up if self.gives_up else [],
            "result": link | {"method": "GET", "url": f"{self.store_url}/{job_id}/values"},
        }


@contextmanager
def storing(venue: Jobs) -> Iterator[None]:
    """Serve a store for a venue's jobs."""
    venue.store = {}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, data: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def fails(self) -> bool:
            venue.store_fails -= 1
            return venue.store_fails >= 0

        def do_PUT(self) -> None:
            length = self.headers.get("Content-Length")
            data = self.rfile.read(int(length)) if length else b"no length, as S3 has it"
            if self.fails() or not length:
                return self.answer(503 if length else 411)
            venue.store[self.path[1:]] = data
            return self.answer(200)

        def do_GET(self) -> None:
            self.answer(503) if self.fails() else self.answer(200, venue.store[self.path[1:]])

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    venue.store_url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
