"""What a stranger answers: a price where it says, and everything else said to be none."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from price_source import fetching
from price_source.fetching import MAX_BYTES, FetchError, Https, read

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
DOCUMENT = {
    "data": {"amount": "60042.1137", "at": "2026-11-21T06:59:30Z", "ms": 1795244370000},
    "rows": [[60041, 60043.5]],
    "a/b~c": 7,
    "odd": {
        "null": None,
        "yes": True,
        "text": "much",
        "huge": "1e19",
        "below": -3,
        "tiny": "1e-13",
        "list": [],
    },
}


def told(price: str, observed_at: str | None = None, document: Any = DOCUMENT) -> Any:
    return read(json.dumps(document).encode(), price, observed_at, NOW)


@pytest.mark.parametrize(
    ("pointer", "price"),
    [
        ("/data/amount", "60042.1137"),
        ("/rows/0/1", "60043.5"),
        ("/rows/0/0", "60041"),
        ("/a~1b~0c", "7"),
    ],
)
def test_a_price_is_read_at_its_pointer_exactly(pointer: str, price: str) -> None:
    assert f"{told(pointer).price:f}" == price
    assert told(pointer).observed_at == NOW


@pytest.mark.parametrize("pointer", ["/data/at", "/data/ms"])
def test_a_price_is_of_when_its_answer_says(pointer: str) -> None:
    assert told("/data/amount", pointer).observed_at == NOW - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("pointer", "reason"),
    [
        ("/data/nothing", "nothing at /data/nothing"),
        ("/rows/7", "nothing at /rows/7"),
        ("/rows/x", "nothing at /rows/x"),
        ("/data/amount/further", "nothing at /data/amount/further"),
        ("/odd/null", "no number at /odd/null"),
        ("/odd/yes", "no number at /odd/yes"),
        ("/odd/text", "no number at /odd/text"),
        ("/odd/list", "no number at /odd/list"),
        ("/odd/huge", "no price at /odd/huge"),
        ("/odd/below", "no price at /odd/below"),
        ("/odd/tiny", "no price at /odd/tiny"),
    ],
)
def test_what_is_no_price_is_said_to_be_none(pointer: str, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        told(pointer)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2026-11-21T06:54:59Z", "more than five minutes ago"),
        ("2026-11-21T07:01:01Z", "which is ahead"),
        ("yesterday", "no time"),
        (True, "no time"),
        (10**30, "no time"),
        (None, "no time"),
    ],
)
def test_a_price_of_another_time_is_none(at: Any, reason: str) -> None:
    with pytest.raises(FetchError, match=reason):
        told("/price", "/at", {"price": "1", "at": at})


def test_a_clock_that_is_a_little_ahead_tells_a_price_of_now() -> None:
    at = "2026-11-21T07:00:59Z"
    assert told("/price", "/at", {"price": "1", "at": at}).observed_at == NOW


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff\xfe", b'{"p": NaN}', b"[" * 100_000, b'{"p": Infinity}']
)
def test_what_is_no_json_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(FetchError, match="no JSON"):
        read(body, "/p", None, NOW)


SLOW = {
    "/headers": b"HTTP/1.1 200 OK\r\nX-Slow: " + b"s" * 1_000,
    "/body": b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + b" " * 1_000,
    "/chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"s" * 1_000,
    "/continue": b"HTTP/1.1 100 Continue\r\n\r\n" * 40,
}
SLOW_SECONDS = 10.0
"""For the whole of it, byte by byte."""


class Stranger(BaseHTTPRequestHandler):
    """Answers by path."""

    def do_GET(self) -> None:
        if self.path in SLOW:
            return self.dribble(SLOW[self.path])
        bodies = {"/price": b'{"price": "1.5"}', "/long": b" " * (MAX_BYTES + 1)}
        status = {"/broken": 503, "/moved": 302}.get(self.path, 200)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/price")
        self.end_headers()
        self.wfile.write(bodies.get(self.path, b""))
        return None

    def dribble(self, answer: bytes) -> None:
        with suppress(OSError):
            for byte in answer:
                self.wfile.write(bytes((byte,)))
                time.sleep(SLOW_SECONDS / len(answer))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def certificate(folder: Path) -> Path:
    """Write a key and a certificate for 127.0.0.1 that it signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a stranger")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "stranger.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return file


@contextmanager
def listening(file: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Https]]:
    file = certificate(tmp_path_factory.mktemp("stranger"))
    with listening(file) as url:
        yield url, Https(str(file))


def test_an_answer_is_read_over_https(stranger: tuple[str, Https]) -> None:
    url, fetch = stranger
    assert fetch(f"{url}/price") == b'{"price": "1.5"}'


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/broken", "status 503"),
        ("/moved", "status 302"),
        ("/long", "more than 65,536 bytes"),
    ],
)
def test_another_answer_is_none_and_nobody_is_followed(
    stranger: tuple[str, Https], path: str, reason: str
) -> None:
    url, fetch = stranger
    with pytest.raises(FetchError, match=reason):
        fetch(f"{url}{path}")


def test_a_stranger_whose_certificate_nobody_vouches_for_is_not_heard(
    stranger: tuple[str, Https],
) -> None:
    with pytest.raises(FetchError, match="no answer: SSLCertVerificationError"):
        Https()(f"{stranger[0]}/price")


@pytest.mark.parametrize("url", ["https://127.0.0.1:1/", "https://127.0.0.1:99999/"])
def test_nobody_there_is_no_answer(url: str) -> None:
    with pytest.raises(FetchError, match="no answer"):
        Https()(url)


@pytest.mark.parametrize("slow", sorted(SLOW))
def test_who_never_ends_is_left_in_time_however_the_bytes_are_spread(
    stranger: tuple[str, Https], slow: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes well within any time-out between two of them."""
    monkeypatch.setattr(fetching, "ALL_SECONDS", 0.3)
    url, fetch = stranger
    began = time.monotonic()
    with pytest.raises(FetchError, match="no whole answer in time"):
        fetch(f"{url}{slow}")
    assert 0.3 <= time.monotonic() - began < SLOW_SECONDS / 2
