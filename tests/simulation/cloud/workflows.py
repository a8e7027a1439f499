"""Workflows in memory: the workflow files themselves, walked state by state.

The JSONata expressions that the files contain are few; each stands here with what it means, and a
test holds the two together. A file with another expression does not load.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, Final, Protocol

import yaml

FUNCTIONS_FOLDER: Final = Path(__file__).parents[3] / "functions"
MAX_STATE_BYTES: Final = 256 * 1024
TIMED_OUT: Final = "States.Timeout"
MAX_STEPS: Final = 2_000
"""A workflow of more steps goes round in circles."""


class TaskFailedError(Exception):
    """A task failed; ``error`` is the name by which a workflow knows it."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class ExecutionLostError(Exception):
    """The execution itself is gone: no retry of a state, and no answer."""


class Effects(Protocol):
    """What a workflow does to the world."""

    def invoke(self, function: str, payload: Any) -> Any:
        """Call a function; raise ``TaskFailedError`` when it fails."""

    def look(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Read an item; raise ``TaskFailedError`` when it is not answered."""

    def send(self, asked: dict[str, Any]) -> None:
        """Send a message."""

    def put_events(self, asked: dict[str, Any]) -> None:
        """Put events."""

    def wait(self, seconds: float) -> None:
        """Let time pass."""

    def now_seconds(self) -> float:
        """Return the time."""


@dataclass(slots=True)
class Scope:
    """What an expression sees."""

    name: str
    execution_input: Any
    input: Any
    result: Any = None
    variables: dict[str, Any] = field(default_factory=dict)


STEPS: Final = ("ENDED", "CANCEL_ORDERS", "REDUCE", "INSURE", "DELEVERAGE")
"""What may be next in a liquidation, other than to wait."""


def _is_next(step: str, scope: Scope) -> bool:
    return bool(scope.variables["next"] == step)


EXPRESSIONS: Final[dict[str, Callable[[Scope], Any]]] = {
    "$states.input": lambda s: s.input,
    "$states.result": lambda s: s.result,
    "$states.result.Payload": lambda s: s.result["Payload"],
    "$states.result.Payload.next": lambda s: s.result["Payload"]["next"],
    "$states.context.Execution.Input.account_id": lambda s: s.execution_input["account_id"],
    "$states.context.Execution.Input.number": lambda s: s.execution_input["number"],
    "$states.context.Execution.Input.symbol": lambda s: s.execution_input["symbol"],
    "$states.context.Execution.Name & '.' & $decision.command.command_id": lambda s: (
        f"{s.name}.{s.variables['decision']['command']['command_id']}"
    ),
    **{f"$next = '{step}'": partial(_is_next, step) for step in STEPS},
    "$looks + 1": lambda s: s.variables["looks"] + 1,
    "$looks >= 4": lambda s: s.variables["looks"] >= 4,
    "$looks >= 400": lambda s: s.variables["looks"] >= 400,
    "$order": lambda s: s.variables["order"],
    "$order.symbol": lambda s: s.variables["order"]["symbol"],
    "$shown": lambda s: s.variables["shown"],
    "$order.order_id": lambda s: s.variables["order"]["order_id"],
    "$quote": lambda s: s.variables["quote"],
    "$decision.verdict": lambda s: s.variables["decision"]["verdict"],
    "$decision.verdict = 'HELD'": lambda s: s.variables["decision"]["verdict"] == "HELD",
    "$decision.command.symbol": lambda s: s.variables["decision"]["command"]["symbol"],
    "$string($decision.command)": lambda s: json.dumps(
        s.variables["decision"]["command"], separators=(",", ":")
    ),
    "$settled.announcements": lambda s: s.variables["settled"]["announcements"],
    "$settled.more": lambda s: s.variables["settled"]["more"],
    "$settled.symbol": lambda s: s.variables["settled"]["symbol"],
}
NAMES: Final = ("order_workflow", "settlement_workflow")
"""Those that an event may start."""

PLACEHOLDERS: Final = {
    "${PricingFunctionArn}": "pricing",
    "${RiskCheckFunctionArn}": "risk_check",
    "${SettlementFunctionArn}": "settlement",
    "${LiquidationFunctionArn}": "liquidation",
    "${CommandQueueUrl}": "commands",
    "${MarketTable}": "market",
}


@cache
def definition(name: str) -> dict[str, Any]:
    """Return a workflow file with every expression in the place of its text."""
    path = FUNCTIONS_FOLDER / name / "workflow.asl.yaml"
    loaded: dict[str, Any] = _compiled(yaml.safe_load(path.read_text(encoding="utf-8")))
    return loaded


def _compiled(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _compiled(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_compiled(value) for value in part]
    if isinstance(part, str) and part.startswith("{%"):
        return EXPRESSIONS[part.removeprefix("{%").removesuffix("%}").strip()]
    return PLACEHOLDERS.get(part, part) if isinstance(part, str) else part


def _evaluated(part: Any, scope: Scope) -> Any:
    if isinstance(part, str):
        return part
    if callable(part):
        return part(scope)
    if isinstance(part, dict):
        return {key: _evaluated(value, scope) for key, value in part.items()}
    if isinstance(part, list):
        return [_evaluated(value, scope) for value in part]
    return part


def execute(
    workflow: str, name: str, given: Any, effects: Effects, chance: Random
) -> dict[str, Any]:
    """Run one execution and return its output.

    Raises
    ------
    TaskFailedError
        A fault outlived its retries, or the execution its time.
    """
    machine = definition(workflow)
    scope = Scope(name, given, given)
    end = effects.now_seconds() + machine["TimeoutSeconds"]
    output: dict[str, Any] = _walk(machine, scope, effects, chance, end)
    return output


def answered(output: Any, fault: BaseException | None) -> dict[str, Any]:
    """Return what ``StartSyncExecution`` answers of an execution, as far as a caller may look."""
    if fault is None:
        return {"status": "SUCCEEDED", "output": json.dumps(output)}
    if not isinstance(fault, TaskFailedError):
        raise fault
    status = "TIMED_OUT" if fault.error == TIMED_OUT else "FAILED"
    return {"status": status, "error": fault.error, "cause": str(fault)}


def _walk(  # noqa: C901 - a table of the kinds of states, one case each
    machine: dict[str, Any], scope: Scope, effects: Effects, chance: Random, end: float
) -> Any:
    at = machine["StartAt"]
    for _ in range(MAX_STEPS):
        if effects.now_seconds() > end:
            raise TaskFailedError(TIMED_OUT)
        state = machine["States"][at]
        following = state.get("Next")
        match state["Type"]:
            case "Task":
                caught = _retried(state, scope, effects, chance)
                if caught is not None:
                    at = caught
                    continue
            case "Map":
                scope.result = [
                    _item(state["ItemProcessor"], scope, one, effects, chance, end)
                    for one in _evaluated(state["Items"], scope)
                ]
            case "Choice":
                chosen = (c["Next"] for c in state["Choices"] if _evaluated(c["Condition"], scope))
                following = next(chosen, state["Default"])
                scope.result = scope.input
            case "Pass" | "Wait" | "Fail":
                _let_pass(state, effects)
                scope.result = scope.input
            case other:
                raise NotImplementedError(f"state type {other}")
        assigned = _evaluated(state.get("Assign", {}), scope)
        output = _evaluated(state["Output"], scope) if "Output" in state else scope.result
        scope.variables.update(assigned)
        scope.input = output
        if state.get("End"):
            return output
        at = following
    raise TaskFailedError(TIMED_OUT)


def _caught(state: dict[str, Any], fault: TaskFailedError) -> str:
    """Return the state that catches a fault which outlived its retries."""
    for catcher in state.get("Catch", ()):
        if fault.error in catcher["ErrorEquals"]:
            return str(catcher["Next"])
    raise fault


def _let_pass(state: dict[str, Any], effects: Effects) -> None:
    if "Seconds" in state:
        effects.wait(state["Seconds"])
    if state["Type"] == "Fail":
        raise TaskFailedError(state["Error"])


def _item(
    processor: dict[str, Any],
    scope: Scope,
    given: Any,
    effects: Effects,
    chance: Random,
    end: float,
) -> Any:
    inner = Scope(scope.name, scope.execution_input, given, None, dict(scope.variables))
    return _walk(processor, inner, effects, chance, end)


def _retried(state: dict[str, Any], scope: Scope, effects: Effects, chance: Random) -> str | None:
    """Have the scope see what a task answers; where it fails, return the state that catches it."""
    tried: dict[int, int] = {}
    while True:
        try:
            scope.result = _task(state, scope, effects)
        except TaskFailedError as fault:
            number = _retrier(state.get("Retry", []), fault.error)
            if number is None:
                return _caught(state, fault)
            retrier, before = state["Retry"][number], tried.get(number, 0)
            if before >= retrier.get("MaxAttempts", 3):
                return _caught(state, fault)
            tried[number] = before + 1
            seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2) ** before
            seconds = min(seconds, retrier.get("MaxDelaySeconds", seconds))
            if retrier.get("JitterStrategy") == "FULL":
                seconds *= chance.random()
            effects.wait(seconds)
        else:
            return None


def _retrier(retriers: list[dict[str, Any]], error: str) -> int | None:
    for number, retrier in enumerate(retriers):
        names = retrier["ErrorEquals"]
        if error in names or ("States.TaskFailed" in names and error != TIMED_OUT):
            return number
    return None


def _task(state: dict[str, Any], scope: Scope, effects: Effects) -> Any:
    arguments = _evaluated(state["Arguments"], scope)
    match state["Resource"]:
        case "arn:aws:states:::lambda:invoke":
            payload = json.loads(json.dumps(arguments["Payload"]))
            answer = effects.invoke(arguments["FunctionName"], payload)
            if len(json.dumps(answer)) > MAX_STATE_BYTES:
                raise TaskFailedError("States.DataLimitExceeded")
            return {"Payload": answer, "StatusCode": 200}
        case "arn:aws:states:::dynamodb:getItem":
            return effects.look(arguments)
        case "arn:aws:states:::sqs:sendMessage":
            effects.send(arguments)
            return {}
        case "arn:aws:states:::events:putEvents":
            effects.put_events(arguments)
            return {"FailedEntryCount": 0}
        case other:
            raise NotImplementedError(f"resource {other}")
