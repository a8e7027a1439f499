"""Lambda functions in processes of their own, on a clean interpreter.

Stock, a function runs on the emulator's Python and sees its packages, an exception loses its
class name, the process is thrown away after each exception, every invocation waits up to 50 ms
for a log that may not come, and each process unpacks its layers anew.
"""

import contextlib
import functools
import hashlib
import io
import json
import os
import select
import shutil
import signal
import subprocess
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import ministack.core.lambda_runtime as runtime
from ministack.services import lambda_svc

from infra_cdk.local.emulator import sources
from infra_cdk.local.emulator import worker as worker_script
from infra_cdk.local.emulator.expectations import expect_parameters, expect_text

INIT_TIMEOUT_SECONDS = 60.0
"""Ten on AWS, where the machine is the function's own. Here a dozen may start beside whatever else
the laptop does: one that is killed for it starts again, and makes the others slower still. What a
start costs is measured by ``python -m tests.benchmarks.cold_start``, in CPU time."""

DEBUGGING_SECONDS = 3_600.0
"""How long a function may run that somebody looks into."""

LOG_WAIT_SECONDS = 0.25
"""How long to wait for the end of a log whose process died before it could mark it."""

READ_BYTES = 65_536

SPAWN_PATIENCE_SECONDS = 0.05
SPAWN_PATIENCE_SECONDS_MAX = 1.0
"""How long an invocation waits for a busy process before another one is started: on a laptop a
new process costs more than the wait, unlike on AWS, where it is somebody else's machine. It is
twice as long with each process that there is: starting one slows all others down, and patience
that did not grow would answer slowness with more of it."""

SPAWNS_AT_ONCE = max(2, os.cpu_count() or 2)

ARCHIVES_REMEMBERED = 64

LOG_END = f"{worker_script.LOG_END}\n".encode()


class FunctionProcess(runtime.Worker):  # type: ignore[misc] # ministack ships no types
    """One warm process of a Python function."""

    interpreter: Path
    unpacked: Path
    state: Path

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        super().__init__(func_name, config, code_zip)
        self.starting = True
        self._proc: subprocess.Popen[bytes] | None = None
        self._pipes: list[int] = []
        self._log = b""
        self._answers = b""
        self._mode = sources.AS_DEPLOYED

    def invoke(
        self,
        event: Any,
        request_id: str,
        *,
        trace_id: str | None = None,
        depth: Any = None,  # noqa: ARG002 - recursion guard of the stock worker
        durable: dict[str, Any] | None = None,  # noqa: ARG002 - durable executions are not used
        invoked_function_arn: str = "",
    ) -> dict[str, Any]:
        """Run the handler once; return ``result`` or ``fault``, and the ``log``."""
        mode = sources.mode_of(self.config, self.state)
        timeout_seconds = (
            float(self.config.get("Timeout", 3)) if mode.debugging is None else DEBUGGING_SECONDS
        )
        invocation = {
            "event": event,
            "request_id": request_id,
            "function_arn": invoked_function_arn,
            "timeout_seconds": timeout_seconds,
            "trace_id": trace_id,
        }
        line = json.dumps(invocation).encode() + b"\n"
        with self._lock:
            if mode != self._mode:
                # The source has changed, or somebody begins or ends to look into it.
                self._stop()
                self._mode = mode
            # A process that died while it was idle takes nothing: another one is started.
            while self._proc is None or not self._tell(line):
                self._stop()
                fault = self._start()
                if fault is not None:
                    return {"fault": fault, "log": self._stop()}
            answer = self._answer(timeout_seconds)
            if answer is None:
                fault = self._why_silent(request_id, timeout_seconds)
                return {"fault": fault, "log": self._stop()}
            return {**answer, "log": self._take_log()}

    def _spawn(self) -> None:
        """Start the process now; ministack calls this to warm a function before its first use."""
        fault = self._start()
        if fault is not None:
            self._stop()
            raise RuntimeError(json.dumps(fault))

    def _discard_tmpdir(self) -> None:
        """Close what the process held; ministack calls this after it ended the process."""
        self._close_pipes()

    def _start(self) -> dict[str, Any] | None:
        """Start the process and load the handler; return what went wrong, if anything."""
        self._close_pipes()
        self._log = self._answers = b""
        code = unpacked(self.code_zip, self.unpacked)
        paths = [str(code)]
        layers = [unpacked(layer, self.unpacked) / "python" for layer in layer_zips(self.config)]
        paths += map(str, layers)
        if self._mode.live is not None:
            paths = sources.code_paths(self.config, layer_arns(self.config), layers)
        invocations, self._to_process = os.pipe()
        self._from_process, answers = os.pipe()
        log, log_end = os.pipe()
        lifeline, lifeline_end = os.pipe()
        self._log_source = log
        self._pipes = [self._to_process, self._from_process, log, lifeline_end]
        theirs = (invocations, answers, lifeline)
        try:
            self._proc = subprocess.Popen(
                [self.interpreter, "-I", worker_script.__file__, *map(str, theirs)],
                cwd=code,
                env=self._environment(paths),
                stdin=subprocess.DEVNULL,
                stdout=log_end,
                stderr=subprocess.STDOUT,
                pass_fds=theirs,
            )
        finally:
            for descriptor in (*theirs, log_end):
                os.close(descriptor)
        os.set_blocking(log, False)
        self._poller = select.poll()
        for source in (self._from_process, self._log_source):
            self._poller.register(source, select.POLLIN)
        answer = self._answer(INIT_TIMEOUT_SECONDS)
        self.starting = False
        self._cold = False
        if answer is None:
            return self._why_silent("", INIT_TIMEOUT_SECONDS)
        fault: dict[str, Any] | None = answer.get("fault")
        return fault

    def _environment(self, code_paths: list[str]) -> dict[str, str]:
        """Return what Lambda sets, and nothing of the emulator's or the user's."""
        account, region = runtime._account_region_from_function_config(self.config)
        name = str(self.config.get("FunctionName", ""))
        variables = dict(self.config.get("Environment", {}).get("Variables", {}))
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}",
            # Behind one address there is no host to prefix: sync-states.us-east-1....
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            **variables,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.config.get('Runtime', 'python')}",
            # Goes into each request, so that the log of calls knows who asks.
            "AWS_SDK_UA_APP_ID": name,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(self.config.get("Version", "$LATEST")),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.config.get("MemorySize", 128)),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"local-{id(self):x}",
            "LAMBDA_TASK_ROOT": code_paths[0],
            "_HANDLER": str(self.config.get("Handler", "index.handler")),
            "_CODE_PATHS": json.dumps(code_paths),
            **({"_DEBUGGING": self._mode.debugging} if self._mode.debugging else {}),
        }

    def _tell(self, line: bytes) -> bool:
        """Send a line to the process; say whether there was one to take it."""
        try:
            while line:
                line = line[os.write(self._to_process, line) :]
        except BrokenPipeError:
            return False
        return True

    def _answer(self, timeout_seconds: float) -> dict[str, Any] | None:
        """Wait for one line of the process, reading its log meanwhile; None: it never came."""
        deadline = time.monotonic() + timeout_seconds
        while b"\n" not in self._answers:
            ready = self._poller.poll(max(0.0, deadline - time.monotonic()) * 1000)
            if not ready:
                return None
            for descriptor, _ in ready:
                chunk = os.read(descriptor, READ_BYTES)
                if descriptor == self._log_source:
                    self._log += chunk
                    if not chunk:
                        self._poller.unregister(descriptor)
                elif chunk:
                    self._answers += chunk
                else:
                    return None
        line, _, self._answers = self._answers.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _take_log(self) -> str:
        """Return what the handler printed, up to the marker that the process set behind it."""
        deadline = time.monotonic() + LOG_WAIT_SECONDS
        while LOG_END not in self._log and time.monotonic() < deadline:
            with contextlib.suppress(BlockingIOError):
                chunk = os.read(self._log_source, READ_BYTES)
                if not chunk:
                    break
                self._log += chunk
                continue
            time.sleep(0.0005)
        text, _, self._log = self._log.partition(LOG_END)
        return text.decode(errors="replace").rstrip("\n")

    def _why_silent(self, request_id: str, timeout_seconds: float) -> dict[str, Any]:
        """Say, in Lambda's words, why no answer came: too late, or the process is gone."""
        process = self._proc
        assert process is not None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
        status = process.poll()
        if status is None:
            return {
                "errorMessage": f"RequestId: {request_id} Error: Task timed out after "
                f"{timeout_seconds:.2f} seconds",
                "errorType": "Sandbox.Timedout",
            }
        how = f"signal: {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return {
            "errorMessage": f"RequestId: {request_id} Error: Runtime exited with error: {how}",
            "errorType": "Runtime.ExitError",
        }

    def _stop(self) -> str:
        """End the process and return the rest of its log."""
        process: subprocess.Popen[bytes] | None = self._proc
        self._proc = None
        self.starting = True
        if process is not None:
            process.kill()
            process.wait()
        log = self._take_log() if self._pipes else ""
        self._close_pipes()
        return log

    def _close_pipes(self) -> None:
        pipes, self._pipes = self._pipes, []
        for descriptor in pipes:
            os.close(descriptor)


_freed = threading.Condition()


def lease(name: str, config: dict[str, Any], code_zip: bytes, qualifier: str) -> FunctionProcess:
    """Return a process that is free, or start one.

    Never waits for good: at most for a process that is just starting, which ends by itself,
    so a function that calls a function, or itself, cannot block itself.
    """
    key = runtime._worker_key(name, config, qualifier)
    since = time.monotonic()
    with _freed:
        while True:
            with runtime._lock:
                processes = runtime._workers.setdefault(key, [])
                free = [each for each in processes if not each.in_use]
                found: FunctionProcess | None
                found = min(free, key=lambda each: bool(each.starting), default=None)
                patience = since + _patience_seconds(len(processes)) - time.monotonic()
                may_start = patience <= 0 and _count_starting() < SPAWNS_AT_ONCE
                if processes and sources.is_debugged(config, FunctionProcess.state):
                    may_start = False
                if found is None and may_start:
                    found = FunctionProcess(name, config, code_zip)
                    processes.append(found)
                if found is not None:
                    found.in_use = True
                    found.last_used = time.time()
                    return found
            _freed.wait(patience if patience > 0 else SPAWN_PATIENCE_SECONDS)


def _patience_seconds(processes: int) -> float:
    if not processes:
        return 0.0
    return min(SPAWN_PATIENCE_SECONDS_MAX, SPAWN_PATIENCE_SECONDS * 2.0 ** min(processes, 10))


def _count_starting() -> int:
    pools = runtime._workers.values()
    return sum(each.in_use and each.starting for pool in pools for each in pool)


def release(process: FunctionProcess) -> None:
    """Return a leased process."""
    runtime.release_worker(process)
    with _freed:
        _freed.notify_all()


def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
    """Run one invocation of a Python function, as ``lambda_svc`` wants it answered."""
    config = func.get("config") or func
    lambda_svc._ensure_reaper_thread()
    process = lease(
        config["FunctionName"], config, func["code_zip"], config.get("Version", "$LATEST")
    )
    try:
        outcome = process.invoke(
            event,
            request_id,
            trace_id=lambda_svc._xray_trace_id_for_invocation(config),
            invoked_function_arn=config.get("FunctionArn", ""),
        )
    finally:
        release(process)
    fault = outcome.get("fault")
    if fault is None:
        return {"body": outcome["result"], "log": outcome["log"]}
    fault = {**fault, "requestId": request_id}
    lines = [outcome["log"], f"[ERROR] {fault['errorType']}: {fault['errorMessage']}"]
    lines += [frame.rstrip("\n") for frame in fault.get("stackTrace", [])]
    return {"body": fault, "error": True, "log": "\n".join(filter(None, lines))}


@functools.lru_cache(maxsize=ARCHIVES_REMEMBERED)
def unpacked(archive: bytes, folder: Path) -> Path:
    """Unpack a zip archive once and return where it is; the name is the digest of its bytes."""
    target = folder / hashlib.sha256(archive).hexdigest()[:32]
    if target.is_dir():
        return target
    unfinished = folder / f"{target.name}.{threading.get_ident()}"
    with zipfile.ZipFile(io.BytesIO(archive)) as file:
        file.extractall(unfinished)
    try:
        unfinished.rename(target)
    except OSError:
        # Another invocation was first.
        shutil.rmtree(unfinished)
    return target


def layer_zips(config: dict[str, Any]) -> list[bytes]:
    """Return the archives of a function's layers, in the order in which they are searched."""
    archives = [lambda_svc._resolve_layer_zip(each) for each in config.get("Layers", [])]
    return [archive for archive in archives if archive]


def layer_arns(config: dict[str, Any]) -> list[str]:
    """Return the ARNs of a function's layers, in the same order."""
    layers = config.get("Layers", [])
    return [str(one["Arn"] if isinstance(one, dict) else one) for one in layers]


def warm() -> int:
    """Start one process of every function that has none, and return how many that were."""
    started = 0
    for (account, region, _), func in list(lambda_svc._functions._data.items()):
        config = func.get("config", {})
        if not is_ours(func):
            continue
        with lambda_svc.request_scope(account, region), contextlib.suppress(RuntimeError):
            process = lease(
                config["FunctionName"], config, func["code_zip"], config.get("Version", "$LATEST")
            )
            try:
                if process.starting:
                    runtime.ensure_spawned(process)
                    started += 1
            finally:
                release(process)
    return started


def is_ours(func: dict[str, Any]) -> bool:
    """Say whether a function runs in a process of this module."""
    config = func.get("config") or func
    return bool(func.get("code_zip")) and str(config.get("Runtime", "")).startswith("python")


def install(*, interpreter: Path, folder: Path) -> None:
    """Run Python functions on ``interpreter``, unpacked below ``folder``.

    Raises
    ------
    EmulatorChangedError
        ministack's worker pool is not the one that this was written against.
    """
    expect_parameters(lambda_svc._execute_function_warm, ["func", "event", "request_id"])
    expect_parameters(runtime.Worker.__init__, ["self", "func_name", "config", "code_zip"])
    expect_parameters(runtime._worker_key, ["func_name", "config", "qualifier"])
    expect_text(runtime.kill_workers, "worker._discard_tmpdir()")
    expect_text(runtime.ensure_spawned, "worker._spawn()")
    expect_text(lambda_svc._execute_function_dispatch, "_execute_function_warm(", times=1)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    FunctionProcess.interpreter = interpreter
    FunctionProcess.unpacked = folder
    FunctionProcess.state = folder.parent
    stock = lambda_svc._execute_function_warm

    def choose(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        run = execute if is_ours(func) else stock
        answer: dict[str, Any] = run(func, event, request_id)
        return answer

    lambda_svc._execute_function_warm = choose
