"""The local cloud: how it is installed, started, deployed to, asked and stopped.

The outermost ring: it may import everything, and only the command line imports it.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from infra_cdk.local.paths import state_folder
from infra_cdk.local.process import LocalCloudError, Progress, UsageError

if TYPE_CHECKING:
    from socket import socket

    from infra_cdk.local.function_logs import LogLine

__all__ = [
    "Endpoint",
    "LocalCloudError",
    "Progress",
    "Status",
    "UsageError",
    "debug",
    "debug_in_editor",
    "down",
    "logs",
    "status",
    "up",
]

DEFAULT_SINCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the local cloud answers; also written to ``endpoint.json``."""

    api_url: str
    """Base of the HTTPS API's routes, without a slash at its end."""
    region: str
    endpoint: str
    """Where all AWS services answer."""
    started_at: str
    """ISO-8601, UTC."""


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of the local cloud at a moment."""

    is_running: bool
    is_healthy: bool
    pid: int | None
    port: int | None
    uptime_seconds: float | None
    snapshot_at: str | None
    """Moment of the state that a SIGKILL would bring it back to, ISO-8601, UTC."""
    snapshot_age_seconds: float | None
    snapshot_is_last: bool | None
    """Taken by a clean stop."""
    state_folder: str
    log_file: str
    endpoint: Endpoint | None
    """None until something is deployed."""


def up(progress: Progress, *, live: bool = False) -> Endpoint:
    """Start the local cloud, deploy the app if it changed, and return where it answers.

    Parameters
    ----------
    live
        Have functions run from the checkout, as it stands at each invocation, until the next
        ``up`` without it.

    Raises
    ------
    LocalCloudError
        The cloud did not start, or the app could not be synthesised or deployed.
    """
    from infra_cdk.local import cloud, deploy, keys
    from infra_cdk.local.aws import REGION, LocalSession
    from infra_cdk.local.environments import setup
    from infra_cdk.local.live import run_from_checkout

    setup(progress)
    run_from_checkout(live=live)
    process = cloud.start(progress)
    deploy.deploy(process.endpoint, progress)
    session = LocalSession(process.endpoint)
    keys.ensure_operator_key(session, deploy.outputs(session, deploy.DATA_STACK)["ApiKeysTable"])
    started_at = datetime.fromtimestamp(process.started_at, tz=UTC)
    endpoint = Endpoint(
        api_url=deploy.api_url(process.endpoint, deploy.outputs(session, deploy.API_STACK)),
        region=REGION,
        endpoint=process.endpoint,
        started_at=started_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )
    _write_endpoint(endpoint)
    return endpoint


def down(progress: Progress) -> bool:
    """Save the state and stop the local cloud; return whether one was running.

    Raises
    ------
    LocalCloudError
        It had to be killed; the state is that of its last snapshot.
    """
    from infra_cdk.local import cloud

    was_running = cloud.stop(progress)
    _endpoint_file().unlink(missing_ok=True)
    return was_running


def status() -> Status:
    """Return what is known of the local cloud."""
    from infra_cdk.local import cloud
    from infra_cdk.local.snapshot_file import read_current

    process = cloud.running()
    snapshot = read_current(cloud.snapshots_folder())
    return Status(
        is_running=process is not None,
        is_healthy=process is not None and cloud.is_healthy(process.endpoint),
        pid=process.pid if process else None,
        port=process.port if process else None,
        uptime_seconds=process.uptime_seconds if process else None,
        snapshot_at=snapshot.taken_at if snapshot else None,
        snapshot_age_seconds=snapshot.age_seconds if snapshot else None,
        snapshot_is_last=snapshot.is_last if snapshot else None,
        state_folder=str(state_folder()),
        log_file=str(cloud.log_file()),
        endpoint=_read_endpoint() if process else None,
    )


def logs(
    function: str, *, follow: bool = False, since_seconds: float = DEFAULT_SINCE_SECONDS
) -> Iterator["LogLine"]:
    """Yield the log of a function of the running local cloud, oldest line first.

    Parameters
    ----------
    function
        Name of its folder in ``functions/``.
    follow
        Go on with what comes.
    since_seconds
        How far back to begin.

    Raises
    ------
    LocalCloudError
        Nothing is running.
    UsageError
        There is no such function.
    """
    from infra_cdk.local import cloud
    from infra_cdk.local.aws import LocalSession
    from infra_cdk.local.function_logs import read

    process = cloud.running()
    if process is None:
        raise LocalCloudError("the local cloud is not running")
    session = LocalSession(process.endpoint)
    return read(session, function, follow=follow, since_seconds=since_seconds)


def debug(function: str, breaks: Iterable[str]) -> AbstractContextManager["socket"]:
    """Debug a function of the running local cloud; its process connects to what this yields.

    Parameters
    ----------
    function
        Name of its folder in ``functions/``.
    breaks
        Places such as ``functions/matching/handler.py:61``, beside every ``breakpoint()``.

    Raises
    ------
    LocalCloudError
        Nothing is running.
    UsageError
        There is no such function or place.
    """
    from infra_cdk.local import cloud
    from infra_cdk.local.live import debugging, place_of

    if cloud.running() is None:
        raise LocalCloudError("the local cloud is not running")
    return debugging(function, [place_of(one) for one in breaks])


@contextmanager
def debug_in_editor(function: str, port: int, progress: Progress) -> Iterator[None]:
    """Have the process of a function wait for an editor that speaks the Debug Adapter Protocol.

    Parameters
    ----------
    function
        Name of its folder in ``functions/``.
    port
        Where debugpy listens, from the function's next invocation on. It is installed the first
        time.
    progress
        Is told what is done.

    Raises
    ------
    LocalCloudError
        Nothing is running, or debugpy could not be installed.
    UsageError
        There is no such function, or the port is taken.
    """
    from infra_cdk.local import cloud
    from infra_cdk.local.environments import DEBUGGER, build_if_changed
    from infra_cdk.local.live import debugging_in_editor

    if cloud.running() is None:
        raise LocalCloudError("the local cloud is not running")
    build_if_changed(DEBUGGER, progress)
    with debugging_in_editor(function, port, DEBUGGER.folder):
        yield


def _endpoint_file() -> Path:
    return state_folder() / "endpoint.json"


def _write_endpoint(endpoint: Endpoint) -> None:
    path = _endpoint_file()
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(asdict(endpoint), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(path)


def _read_endpoint() -> Endpoint | None:
    try:
        return Endpoint(**json.loads(_endpoint_file().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
