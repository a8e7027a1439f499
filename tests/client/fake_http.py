"""The fake venue behind httpx, in process or on a socket."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

import httpx

from tests.client.fake_venue import FakeVenue

BASE = "http://venue.test/_aws/execute-api/abc/local"
BASE_PATH = urlsplit(BASE).path


class LostAnswerError(Exception):
    """Raised by a knob of the fake: the request was carried out and its answer lost."""


def transport(venue: FakeVenue) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        status, body = venue.handle(
            request.method,
            request.url.path.removeprefix(BASE_PATH),
            dict(request.url.params),
            request.headers.get("Authorization", "").removeprefix("Bearer "),
            request.content,
        )
        return httpx.Response(status, json=body)

    return httpx.MockTransport(answer)


@contextmanager
def serving(venue: FakeVenue) -> Iterator[str]:
    """Serve the venue on a free port of this machine and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm: ClassVar[bool] = True

        def respond(self) -> None:
            url = urlsplit(self.path)
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, body = venue.handle(
                self.command, url.path, dict(parse_qsl(url.query)), key, content
            )
            answer = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
