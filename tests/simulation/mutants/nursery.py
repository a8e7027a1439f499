"""Where mutants live: each in a process of its own that is forked from a warm one.

What costs a second is importing other people's packages; the parent has done that, and has nothing
of the project's own code loaded that a child would use. A child imports the project from its copy
of the tree, and tells what it found through a pipe.
"""

import importlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.simulation.mutants.hunt import PATIENCE_SECONDS, Caught, Try, claimed, simulated
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.mutants.trees import copied, enter

WARM: Final = (
    "aws_lambda_powertools",
    "boto3",
    "botocore.client",
    "chalice",
    "greenlet",
    "hypothesis",
    "jsonata",
    "moto.dynamodb",
    "pydantic",
    "pynamodb.attributes",
    "pynamodb.connection",
    "pynamodb.indexes",
    "pynamodb.models",
    "pytest",
    "yaml",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of hunting a mutant. ``broken`` says why nothing can be said about it."""

    caught: Caught | None = None
    broken: str | None = None


def warm_up() -> None:
    """Import what children would spend their time on."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    for name in WARM:
        importlib.import_module(name)


def hunt(mutant: Mutant | None, tries: Iterable[Try], *, shrinking: bool = False) -> Outcome:
    """Let a mutant live in a child until something catches it; None is the tree as it is."""
    wanted = tuple(tries)
    with copied(mutant) as tree:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _live(writing, tree, mutant, partial(simulated, wanted, shrinking=shrinking))
        os.close(writing)
        return _hear(reading, child)


def _live(
    writing: int, tree: Path, mutant: Mutant | None, simulation: Callable[[], Caught | None]
) -> None:
    """Be the child: say what is found, and end without any of the parent's clean-up."""
    _silence()
    try:
        enter(tree)
        if mutant is not None and mutant.claim is not None:
            caught = claimed(tree, mutant.claim)
        else:
            caught = simulation()
        told: dict[str, Any] = {"caught": None if caught is None else asdict(caught)}
    except BaseException:  # noqa: BLE001 - the parent must hear of it, whatever it is
        told = {"broken": traceback.format_exc()}
    with os.fdopen(writing, "w") as pipe:
        json.dump(told, pipe)
    os._exit(0)


def _silence() -> None:
    """Let what the child prints go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _hear(reading: int, child: int) -> Outcome:
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        return Outcome(Caught(("it never comes to rest",), None, 0, 1, PATIENCE_SECONDS))
    if not text:
        return Outcome(broken="the child died without a word")
    told = json.loads(text)
    if "broken" in told:
        return Outcome(broken=told["broken"])
    caught = told["caught"]
    return Outcome(None if caught is None else Caught(**(caught | {"by": tuple(caught["by"])})))
