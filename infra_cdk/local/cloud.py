"""Start, find and stop the local AWS: one process per state folder."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from infra_cdk.local.aws import ACCOUNT, REGION
from infra_cdk.local.environments import tool_environment
from infra_cdk.local.paths import (
    CALL_LOG_VARIABLE,
    DEFAULT_PORT,
    EMULATOR,
    PORT_VARIABLE,
    ROOT,
    RUNTIME,
    SOURCES_VARIABLE,
    STATE_VARIABLE,
    WRITE_LOG_VARIABLE,
    sources_folder,
    state_folder,
)
from infra_cdk.local.process import TAIL_LINES, LocalCloudError, Progress
from infra_cdk.local.snapshot_file import Snapshot, read_current

HOST = "127.0.0.1"
PORT_PATIENCE_SECONDS = 3.0
START_BOUND_SECONDS = 60.0
STOP_BOUND_SECONDS = 90.0
POLL_SECONDS = 0.05
LOG_BOUND_BYTES = 10_000_000
HEALTH_TIMEOUT_SECONDS = 2.0


_launched: dict[int, "subprocess.Popen[bytes]"] = {}
"""Kept, because Python takes a running process that nobody holds for a forgotten one."""


@dataclass(frozen=True, slots=True)
class Process:
    """The process of a running local cloud, as its record on disk names it."""

    pid: int
    port: int
    started_at: float
    """Seconds since the epoch."""
    identity: str
    """Tells it from a later process that was given the same pid."""

    @property
    def endpoint(self) -> str:
        """Where its AWS services answer."""
        return f"http://{HOST}:{self.port}"

    @property
    def uptime_seconds(self) -> float:
        """How long it has been running."""
        return max(0.0, time.time() - self.started_at)

    @property
    def is_alive(self) -> bool:
        """Say whether that very process still exists."""
        child = _launched.get(self.pid)
        if child is not None:
            child.poll()  # collects it, if it ended
        return identity_of(self.pid) == self.identity


def snapshots_folder() -> Path:
    """Return where the snapshots of this cloud are."""
    return state_folder() / "state"


def log_file() -> Path:
    """Return where this cloud writes what it has to say."""
    return state_folder() / "log" / "cloud.log"


def running() -> Process | None:
    """Return the process of this state folder's cloud, or None if there is none."""
    try:
        document = json.loads(_record().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    process = Process(**document)
    return process if process.is_alive else None


def start(progress: Progress) -> Process:
    """Start the cloud with the state that it had, or return the one that runs.

    Raises
    ------
    LocalCloudError
        The port is taken by another program, the process did not come up, or one runs that does
        not answer.
    """
    with only_one_at_a_time():
        process = running()
        if process is not None and _answers(process):
            return process
        port = int(os.environ.get(PORT_VARIABLE, DEFAULT_PORT))
        _refuse_taken_port(port)
        progress(f"starting the local cloud on port {port}")
        progress(account_of(read_current(snapshots_folder())))
        process = _launch(port)
        _record().write_text(json.dumps(asdict(process)), encoding="utf-8")
        _wait_until_healthy(process)
        return process


def stop(progress: Progress) -> bool:
    """Let the cloud save its state and end; return whether one was running.

    Raises
    ------
    LocalCloudError
        It did not end in time and was killed; the state is then that of its last snapshot.
    """
    with only_one_at_a_time():
        process = running()
        if process is None:
            return False
        progress("saving the state and stopping the local cloud")
        os.kill(process.pid, signal.SIGTERM)
        if not _ended(process):
            os.kill(process.pid, signal.SIGKILL)
            raise LocalCloudError(
                f"the local cloud (pid {process.pid}) did not stop in {STOP_BOUND_SECONDS:.0f} s "
                f"and was killed; see {log_file()}"
            )
        _record().unlink(missing_ok=True)
        return True


def account_of(snapshot: Snapshot | None) -> str:
    """Say in a line what a cloud that starts now will know."""
    if snapshot is None:
        return "no state yet: a new cloud"
    if snapshot.is_last:
        return f"its state is that of its last stop, {snapshot.taken_at}"
    return (
        f"it was not stopped cleanly: back to the snapshot of {snapshot.taken_at}, "
        f"{snapshot.age_seconds:.1f} s old; what came after it is lost"
    )


def is_healthy(endpoint: str) -> bool:
    """Say whether the cloud at that address answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint}/_ministack/health", timeout=HEALTH_TIMEOUT_SECONDS) as reply:
            return bool(reply.status == 200)  # noqa: PLR2004 - HTTP's own number
    except OSError:
        return False


def identity_of(pid: int) -> str | None:
    """Return what tells a process from others that had or will have its pid; None: it is gone."""
    if Path("/proc/self/stat").exists():
        try:
            text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            return None
        state, *fields = text.rpartition(")")[2].split()
        return None if state == "Z" else fields[18]
    asked = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() or None


def aws_environment(endpoint: str) -> dict[str, str]:
    """Return an environment in which AWS tools speak to the cloud, whatever the user's holds."""
    environment = tool_environment()
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        environment.pop(name, None)
    return environment | {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Keep two commands from starting or stopping the same cloud at once."""
    folder = state_folder()
    (folder / "log").mkdir(parents=True, exist_ok=True)
    with (folder / "cloud.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _record() -> Path:
    return state_folder() / "cloud.json"


def _refuse_taken_port(port: int) -> None:
    # A cloud that has just been killed holds its port until the kernel is done with it.
    patient_until = time.monotonic() + PORT_PATIENCE_SECONDS
    while _is_taken(port):
        if time.monotonic() > patient_until:
            break
        time.sleep(0.1)
    else:
        return
    what = "another local cloud" if is_healthy(f"http://{HOST}:{port}") else "another program"
    raise LocalCloudError(
        f"port {port} is taken by {what}: stop it, or choose a port with {PORT_VARIABLE}=..."
    )


def _is_taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        return probe.connect_ex((HOST, port)) == 0


def _launch(port: int) -> Process:
    log = log_file()
    if log.exists() and log.stat().st_size > LOG_BOUND_BYTES:
        log.replace(log.with_suffix(".log.1"))
    environment = {
        "GATEWAY_PORT": str(port),
        STATE_VARIABLE: str(state_folder()),
        SOURCES_VARIABLE: str(sources_folder()),
        "ZERODESK_FUNCTION_PYTHON": str(RUNTIME / "bin" / "python"),
        "LOG_LEVEL": "WARNING",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_WARM_TTL_SECONDS": "900",
        "AWS_SECRET_ACCESS_KEY": "local",
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
    }
    logs = {CALL_LOG_VARIABLE, WRITE_LOG_VARIABLE} & os.environ.keys()
    environment |= {variable: os.environ[variable] for variable in logs}
    with log.open("ab") as output:
        child = subprocess.Popen(
            [EMULATOR / "bin" / "python", "-m", "infra_cdk.local.emulator"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _launched[child.pid] = child
    identity = identity_of(child.pid)
    if identity is None:
        raise LocalCloudError(f"the local cloud ended at once: {_log_tail()}")
    return Process(pid=child.pid, port=port, started_at=time.time(), identity=identity)


def _answers(process: Process) -> bool:
    """Wait until a process answers, or is gone: one that was just killed is there for a moment."""
    deadline = time.monotonic() + START_BOUND_SECONDS
    while process.is_alive:
        if is_healthy(process.endpoint):
            return True
        if time.monotonic() > deadline:
            raise LocalCloudError(
                f"the local cloud (pid {process.pid}) runs and has not answered for "
                f"{START_BOUND_SECONDS:.0f} s: `kill -9 {process.pid}`, then start it again"
            )
        time.sleep(POLL_SECONDS)
    return False


def _wait_until_healthy(process: Process) -> None:
    deadline = time.monotonic() + START_BOUND_SECONDS
    while time.monotonic() < deadline:
        if is_healthy(process.endpoint):
            return
        if not process.is_alive:
            raise LocalCloudError(f"the local cloud ended while it started:\n{_log_tail()}")
        time.sleep(POLL_SECONDS)
    raise LocalCloudError(
        f"the local cloud did not answer in {START_BOUND_SECONDS:.0f} s:\n{_log_tail()}"
    )


def _ended(process: Process) -> bool:
    deadline = time.monotonic() + STOP_BOUND_SECONDS
    while time.monotonic() < deadline:
        if not process.is_alive:
            return True
        time.sleep(POLL_SECONDS)
    return False


def _log_tail() -> str:
    lines = log_file().read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-TAIL_LINES:])
