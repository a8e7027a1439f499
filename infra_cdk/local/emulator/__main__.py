"""Start the local AWS and serve until it is told to stop.

Environment: ``GATEWAY_PORT``, ``ZERODESK_STATE`` (folder of the state) and
``ZERODESK_FUNCTION_PYTHON`` (interpreter of the functions); ``ZERODESK_WRITE_LOG`` and
``ZERODESK_CALL_LOG`` (files) if writes or calls are to be logged. Ready when the port answers.
"""

import asyncio
import os
import resource
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from infra_cdk.local.emulator.call_log import CallLog
from infra_cdk.local.emulator.snapshots import Snapshots

HOST = "127.0.0.1"
KEEP_ALIVE_SECONDS = 75
GRACE_SECONDS = 1

READS = ("BatchGet", "Describe", "Get", "Head", "List", "Query", "Scan")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def main() -> None:
    """Load the last snapshot, correct ministack, serve, and save at the end."""
    state = Path(os.environ["ZERODESK_STATE"])
    snapshots = Snapshots(state / "state")
    os.environ["PERSIST_STATE"] = os.environ["S3_PERSIST"] = "1"
    os.environ["STATE_DIR"] = str(snapshots.loaded_from)
    os.environ["S3_DATA_DIR"] = str(state / "s3")

    # ministack reads its environment when it is imported.
    import uvicorn
    from ministack import app as emulator

    from infra_cdk.local.emulator import functions, write_log
    from infra_cdk.local.emulator.corrections import CORRECTIONS
    from infra_cdk.local.emulator.expectations import expect_text

    for correct in CORRECTIONS:
        correct()
    functions.install(
        interpreter=Path(os.environ["ZERODESK_FUNCTION_PYTHON"]), folder=state / "functions"
    )
    if written := os.environ.get("ZERODESK_WRITE_LOG"):
        write_log.keep(Path(written))
    expect_text(emulator._handle_lifespan, "save_all(_build_persistence_save_dict())")
    emulator.save_all = snapshots.save
    _allow_many_connections()

    # Half the processor time per request of the server that ministack brings.
    uvicorn.run(
        watched(emulator, snapshots, call_log()),
        host=HOST,
        port=int(os.environ["GATEWAY_PORT"]),
        http="httptools",
        loop="uvloop",
        ws="wsproto",
        lifespan="on",
        log_level="warning",
        access_log=False,
        # ministack writes both itself; a second Date makes the CDK CLI lose its clock.
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    sys.stdout.flush()
    # Threads of invocations that will not be answered any more must not keep the process.
    os._exit(0)


def call_log() -> CallLog | None:
    """Return the log of calls, if there is to be one."""
    asked = os.environ.get("ZERODESK_CALL_LOG")
    return CallLog(Path(asked)) if asked else None


def watched(emulator: Any, snapshots: Snapshots, calls: CallLog | None) -> App:
    """Return ministack's application, noting what may have changed something."""
    from infra_cdk.local.emulator import functions, housekeeping

    background: set[asyncio.Task[Any]] = set()

    def start() -> None:
        states = emulator._build_persistence_save_dict
        background.add(asyncio.create_task(snapshots.keep(states)))
        background.add(asyncio.create_task(housekeeping.keep_tidy()))
        background.add(asyncio.create_task(asyncio.to_thread(functions.warm)))

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            if not background:
                start()
            if calls is not None:
                calls.note(scope)
            if not is_read(scope):
                snapshots.note_change()
        await emulator.app(scope, receive, send)

    return application


def is_read(scope: Message) -> bool:
    """Say whether a request changes nothing, by the AWS name of its action or its HTTP method."""
    for name, value in scope.get("headers", []):
        if name == b"x-amz-target":
            return bool(value.rpartition(b".")[2].decode().startswith(READS))
    return scope.get("method") in ("GET", "HEAD")


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


if __name__ == "__main__":
    main()
