"""Where mutants live: each in a process of its own that is forked from a warm one.

What costs a second is importing other people's packages; the server that forks has done that, and
has the project loaded as it stands. A child imports anew what its bug may show in, and
tells what it found through a pipe. Whoever asks may have threads, and loaded what it likes.
"""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, Final

from tests.simulation.mutants.hunt import PATIENCE_SECONDS, Caught, Try, claimed, simulated
from tests.simulation.mutants.importing import KEPT, enter
from tests.simulation.mutants.mutant import Mutant

STANDING: Final = "tests.simulation.mutants.standing"
WARM: Final = [
    "aws_lambda_powertools",
    "boto3",
    "botocore.client",
    "chalice",
    "greenlet",
    "hypothesis",
    "jsonata",
    "moto.dynamodb.responses",
    "numpy",
    "pydantic.main",
    "pydantic.types",
    "pynamodb.attributes",
    "pynamodb.connection",
    "pynamodb.indexes",
    "pynamodb.models",
    "pytest",
    "yaml",
    KEPT,
    STANDING,
]
"""What children would spend their time on importing."""

_server: Final = get_context("forkserver")
_server.set_forkserver_preload(WARM)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of hunting a mutant. ``broken`` says why nothing can be said about it."""

    caught: Caught | None = None
    broken: str | None = None


def hunt(mutant: Mutant | None, tries: Iterable[Try], *, shrinking: bool = False) -> Outcome:
    """Let a mutant live in a child until something catches it; None is the tree as it is."""
    hunting: Callable[[], Caught | None] = partial(simulated, tuple(tries), shrinking=shrinking)
    if mutant is not None and mutant.claim is not None:
        hunting = partial(claimed, mutant.claim)
    hearing, telling = _server.Pipe(duplex=False)
    child = _server.Process(target=_live, args=(telling, mutant, hunting))
    child.start()
    telling.close()
    with hearing:
        try:
            told: dict[str, Any] | str | None = hearing.recv()
        except EOFError:
            told = "the child died without a word"
    child.join()
    if child.exitcode == -signal.SIGALRM:
        return Outcome(Caught(("it never comes to rest",), None, 0, 1, PATIENCE_SECONDS))
    match told:
        case None:
            return Outcome()
        case str():
            return Outcome(broken=told)
        case _:
            return Outcome(Caught(**told))


def _live(telling: Connection, mutant: Mutant | None, hunting: Callable[[], Caught | None]) -> None:
    """Be the child: say what is found, in plain values, and end without any clean-up."""
    _silence()
    # To look for garbage all the time costs a tenth, and the process ends with its hunt.
    gc.disable()
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    try:
        enter(mutant)
        caught = hunting()
        told: dict[str, Any] | str | None = None if caught is None else asdict(caught)
    except BaseException:  # noqa: BLE001 - the parent must hear of it, whatever it is
        told = traceback.format_exc()
    telling.send(told)
    os._exit(0)


def _silence() -> None:
    """Let what the child prints go nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
