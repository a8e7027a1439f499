"""One execution environment of a Lambda function: loads its handler and serves invocations.

Runs on the interpreter of the functions, alone: only the standard library, and nothing of the
emulator's. It is started with three file descriptors as arguments: invocations come in on the
first, answers go out on the second, and the third closes when the emulator is gone.

What a handler prints is its log. After each invocation a marker is written behind it, so that
the emulator knows that it has read the whole.
"""

import importlib
import importlib.util
import json
import os
import site
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Any, TextIO

LOG_END = "\x01end-of-invocation"

Handler = Callable[[Any, Any], Any]


class Context:
    """What Lambda tells a handler about its invocation."""

    identity = None
    client_context = None

    def __init__(self, invocation: dict[str, Any]) -> None:
        self.function_name: str = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version: str = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb: str = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name: str = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name: str = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self.aws_request_id: str = invocation["request_id"]
        self.invoked_function_arn: str = invocation["function_arn"]
        self._deadline = time.monotonic() + invocation["timeout_seconds"]

    def get_remaining_time_in_millis(self) -> int:
        """Return how long the handler may still run, ms."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


def main(invocations: TextIO, answers: TextIO, lifeline: int) -> None:
    """Load the handler, say how that went, and serve until the emulator closes the pipe."""
    threading.Thread(target=_die_with_emulator, args=(lifeline,), daemon=True).start()
    try:
        handler = load(os.environ["_HANDLER"], json.loads(os.environ.pop("_CODE_PATHS")))
    except ImportError as fault:
        _send(answers, {"fault": described(fault, error_type="Runtime.ImportModuleError")})
        return
    except Exception as fault:  # noqa: BLE001 - whatever a module raises when it is loaded
        _send(answers, {"fault": described(fault)})
        return
    _send(answers, {"ready": True})
    asked = os.environ.pop("_DEBUGGING", None)
    if asked:
        handler = debugged(handler, json.loads(asked))
    for line in invocations:
        answer = serve(handler, json.loads(line))
        sys.stdout.write(f"{LOG_END}\n")
        sys.stdout.flush()
        answers.write(answer)
        answers.flush()


def debugged(handler: Handler, asked: dict[str, Any]) -> Handler:
    """Return the handler as it runs under a debugger: Python's own, or an editor's."""
    if asked["debugpy"] is not None:
        wait_for_editor(asked["debugpy"], asked["port"])
        return handler
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "debugger.py")  # noqa: PTH118, PTH120, PTH100
    spec = importlib.util.spec_from_file_location("debugger", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        debugger = module.RemoteDebugger(asked["port"], asked["breaks"])
    except OSError:
        # Whoever wanted to debug is gone.
        return handler
    return lambda event, context: debugger.run_handler(handler, event, context)


def wait_for_editor(folder: str, port: int) -> None:
    """Listen for an editor, and wait until it is there."""
    sys.path.append(folder)
    debugpy: Any = importlib.import_module("debugpy")
    debugpy.listen(("127.0.0.1", port))
    debugpy.wait_for_client()


def load(entry: str, code_paths: list[str]) -> Handler:
    """Import ``package.module.function``, from these folders before all others.

    Raises
    ------
    ImportError
        There is no such module, or something that it imports is in no layer.
    AttributeError
        The module has no such function.
    """
    for path in reversed(code_paths):
        sys.path.insert(0, path)
        libraries = os.path.join(path, "lib")  # noqa: PTH118 - pathlib is a cold start's 10 ms
        if os.path.isdir(libraries):  # noqa: PTH112 - the same
            version = f"python{sys.version_info.major}.{sys.version_info.minor}"
            site.addsitedir(os.path.join(libraries, version, "site-packages"))  # noqa: PTH118
    module_name, _, function_name = entry.replace("/", ".").rpartition(".")
    handler: Handler = getattr(importlib.import_module(module_name), function_name)
    return handler


def serve(handler: Handler, invocation: dict[str, Any]) -> str:
    """Call the handler once and return its answer, or its exception, as a line of JSON."""
    trace_id = invocation.get("trace_id")
    if trace_id:
        os.environ["_X_AMZN_TRACE_ID"] = trace_id
    else:
        os.environ.pop("_X_AMZN_TRACE_ID", None)
    try:
        result = handler(invocation["event"], Context(invocation))
    except Exception as fault:  # noqa: BLE001 - what a handler raises is its answer
        return json.dumps({"fault": described(fault)}) + "\n"
    try:
        return json.dumps({"result": result}) + "\n"
    except (TypeError, ValueError) as fault:
        return json.dumps({"fault": described(fault, error_type="Runtime.MarshalError")}) + "\n"


def described(fault: BaseException, *, error_type: str | None = None) -> dict[str, Any]:
    """Return an exception as Lambda reports it: workflows catch ``errorType`` by name."""
    return {
        "errorMessage": str(fault),
        "errorType": error_type or type(fault).__name__,
        "stackTrace": traceback.format_tb(fault.__traceback__)[1:],
    }


def _send(answers: TextIO, answer: dict[str, Any]) -> None:
    sys.stdout.flush()
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _die_with_emulator(lifeline: int) -> None:
    """End at once when the other end closes: a killed cloud must leave no function behind."""
    os.read(lifeline, 1)
    os._exit(1)


if __name__ == "__main__":
    # One stream in the order of writing, a line at a time: a killed process leaves its last words.
    sys.stdout = sys.stderr = open(1, "w", encoding="utf-8", buffering=1)  # noqa: SIM115
    main(
        open(int(sys.argv[1]), encoding="utf-8"),  # noqa: SIM115, PTH123 - open for life
        open(int(sys.argv[2]), "w", encoding="utf-8"),  # noqa: SIM115, PTH123
        int(sys.argv[3]),
    )
