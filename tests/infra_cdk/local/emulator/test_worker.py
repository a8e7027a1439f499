"""The process of a function: what it answers, and that it does not outlive the cloud."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.local.emulator import worker
from infra_cdk.local.emulator.worker import Context, load, serve

HANDLER = """
import time

class StaleMarketError(Exception):
    pass

def handler(event, context):
    if event == "raise":
        raise StaleMarketError("mark is old")
    if event == "sleep":
        time.sleep(60)
    return {"event": event}
"""

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "f",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/f",
    "AWS_LAMBDA_LOG_STREAM_NAME": "s",
}


@pytest.fixture(autouse=True)
def lambda_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def an_invocation(event: Any = None, timeout_seconds: float = 3.0) -> dict[str, Any]:
    return {
        "event": event,
        "request_id": "r",
        "function_arn": "arn",
        "timeout_seconds": timeout_seconds,
        "trace_id": None,
    }


def raises(_event: object, _context: object) -> None:
    raise TimeoutError("the book did not answer")


def answers(event: object, context: Context) -> object:
    return [event, context.get_remaining_time_in_millis()]


def test_exception_keeps_its_class_name() -> None:
    fault = json.loads(serve(raises, an_invocation()))["fault"]
    assert fault["errorType"] == "TimeoutError"
    assert fault["errorMessage"] == "the book did not answer"
    assert "raises" in fault["stackTrace"][-1]


def test_answer_that_is_no_json_is_a_fault_as_on_aws() -> None:
    fault = json.loads(serve(lambda _event, _context: {1, 2}, an_invocation()))["fault"]
    assert fault["errorType"] == "Runtime.MarshalError"


def test_context_tells_how_long_is_left() -> None:
    event, left_ms = json.loads(serve(answers, an_invocation("e", timeout_seconds=2)))["result"]
    assert event == "e"
    assert 0 < left_ms <= 2_000


def test_function_code_comes_before_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])
    for folder in ("code", "layer"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "zd_probe.py").write_text(f"def handler(): return {folder!r}")
    handler: Any = load("zd_probe.handler", [str(tmp_path / "code"), str(tmp_path / "layer")])
    monkeypatch.delitem(sys.modules, "zd_probe")
    assert handler() == "code"


class Started:
    """A worker process as the emulator starts it, with plain files for pipes."""

    def __init__(self, code: Path) -> None:
        (code / "probe.py").write_text(HANDLER)
        invocations, self.invocations = os.pipe()
        self.answers, answers_end = os.pipe()
        lifeline, self.lifeline = os.pipe()
        theirs = (invocations, answers_end, lifeline)
        self.process = subprocess.Popen(
            [sys.executable, "-I", worker.__file__, *map(str, theirs)],
            env={
                **ENVIRONMENT,
                "_HANDLER": "probe.handler",
                "_CODE_PATHS": json.dumps([str(code)]),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=theirs,
        )
        for descriptor in theirs:
            os.close(descriptor)
        self.lines = os.fdopen(self.answers)

    def tell(self, event: object) -> None:
        os.write(self.invocations, json.dumps(an_invocation(event)).encode() + b"\n")

    def ask(self, event: object) -> dict[str, Any]:
        self.tell(event)
        answer: dict[str, Any] = json.loads(self.lines.readline())
        return answer


@pytest.fixture
def started(tmp_path: Path) -> Any:
    process = Started(tmp_path)
    assert json.loads(process.lines.readline()) == {"ready": True}
    yield process
    process.process.kill()
    process.process.wait()
    process.lines.close()
    os.close(process.invocations)


def test_process_survives_an_exception_of_its_handler(started: Started) -> None:
    assert started.ask("raise")["fault"]["errorType"] == "StaleMarketError"
    assert started.ask("again") == {"result": {"event": "again"}}
    os.close(started.lifeline)


def test_process_dies_with_the_cloud_in_the_middle_of_an_invocation(started: Started) -> None:
    started.tell("sleep")
    time.sleep(0.1)
    os.close(started.lifeline)
    assert started.process.wait(timeout=5) == 1
