"""What a developer switches on in the local cloud: live sources, and a debugger for a function.

Both are files in the cloud's state folder, which the emulator looks at before each invocation: they
take effect on the next one, while the cloud runs, and end with the command that made them.
"""

import contextlib
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from infra_cdk.local.function_names import no_function
from infra_cdk.local.paths import sources_folder, state_folder
from infra_cdk.local.process import UsageError

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Debugging:
    """A function whose process asks a debugger, and where that listens."""

    port: int
    breaks: tuple[tuple[str, int], ...] = ()
    """Files and lines at which it stops, beside every ``breakpoint()``."""
    debugpy: str | None = None
    """The folder with debugpy, which then listens on the port for an editor. None: Python's own
    debugger connects to the port."""


def live_marker(state: Path) -> Path:
    """Return the file that is there while functions run from the checkout."""
    return state / "live"


def debugging_file(state: Path, function: str) -> Path:
    """Return the file that is there while a function is debugged."""
    return state / "debugging" / f"{function}.json"


def run_from_checkout(*, live: bool) -> None:
    """Have functions run from the checkout from their next invocation on, or as deployed."""
    marker = live_marker(state_folder())
    marker.parent.mkdir(parents=True, exist_ok=True)
    if live:
        marker.touch()
    else:
        marker.unlink(missing_ok=True)


def place_of(text: str) -> tuple[str, int]:
    """Return the file and the line of ``functions/matching/handler.py:61``.

    Raises
    ------
    UsageError
        There is no such file in the checkout, or no number behind it.
    """
    name, _, line = text.rpartition(":")
    path = sources_folder() / name
    if not line.isdecimal() or not path.is_file():
        raise UsageError(f"{text!r} is no place such as functions/matching/handler.py:61")
    return str(path.resolve()), int(line)


@contextlib.contextmanager
def debugging(function: str, breaks: Sequence[tuple[str, int]]) -> Iterator[socket.socket]:
    """Debug a function while in the context; yield a socket to which its process connects.

    Raises
    ------
    UsageError
        There is no such function.
    """
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((HOST, 0)))
        asked = Debugging(listener.getsockname()[1], tuple(breaks))
        stack.enter_context(_asked(function, asked))
        yield listener


@contextlib.contextmanager
def debugging_in_editor(function: str, port: int, debugpy: Path) -> Iterator[None]:
    """Have a function's process wait for an editor on a port while in the context.

    Parameters
    ----------
    debugpy
        The folder in which the package is: functions have it in no layer.

    Raises
    ------
    UsageError
        There is no such function, or something listens on the port.
    """
    try:
        socket.create_server((HOST, port)).close()
    except OSError as fault:
        raise UsageError(f"port {port} cannot be listened on: {fault.strerror}") from fault
    with _asked(function, Debugging(port, debugpy=str(debugpy))):
        yield


@contextlib.contextmanager
def _asked(function: str, asked: Debugging) -> Iterator[None]:
    if not (sources_folder() / "functions" / function / "handler.py").is_file():
        raise no_function(function)
    path = debugging_file(state_folder(), function)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(asked)), encoding="utf-8")
    unfinished.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
