"""Where the simulation meets the code: one call of botocore, one clock, one logger.

The handlers are as they are deployed. What is exchanged lies below them: the method by which every
client of boto3 and of pynamodb makes its call, the clock's source, and what logs and counts.
"""

import importlib
import os
import pkgutil
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final, Protocol, TypeVar
from unittest.mock import patch

import boto3
import botocore.client

from tests.handler_settings import SETTINGS
from tests.simulation import bounds, json_shortcuts, remembered, requests, shortcuts

FUNCTIONS_FOLDER: Final = Path(__file__).parents[2] / "functions"
Told = Callable[[str, str, dict[str, Any]], None]
T = TypeVar("T")
"""What goes at once."""


class Simulated(Protocol):
    """What stands in for AWS and for time."""

    def call(self, service: str, operation: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Answer a call to AWS."""

    def process_now_ms(self) -> float:
        """Return the time by the clock of the process that asks."""

    def process_sleep(self, seconds: float) -> None:
        """Let the process that asks wait."""

    def any_order(self, calls: Sequence[T]) -> Sequence[T]:
        """Return calls that go at once in the order in which they land."""

    def logged(self, level: str, message: str, facts: dict[str, Any]) -> None:
        """Hear what a handler logs as a warning or worse."""


class _Nowhere:
    """Stands in before a world is there."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no simulated world is current")


class _Current:
    """The world that the seam leads to."""

    world: Any = _Nowhere()


def enter(world: Simulated) -> None:
    """Let all calls go to a world from now on, in which nobody has read anything."""
    _Current.world = world
    remembered.begin()


class QuietLogger:
    """A logger that keeps silent, and passes on what is worth a look."""

    def inject_lambda_context(self, handler: Any = None, **_: Any) -> Any:
        """Return the handler as it is."""
        return (lambda inner: inner) if handler is None else handler

    def set_correlation_id(self, _: str) -> None:
        """Do nothing."""

    def info(self, _: str, **__: Any) -> None:
        """Do nothing."""

    def warning(self, message: str, **facts: Any) -> None:
        """Pass on."""
        _Current.world.logged("warning", message, facts)

    def error(self, message: str, **facts: Any) -> None:
        """Pass on."""
        _Current.world.logged("error", message, facts)

    def exception(self, message: str, **facts: Any) -> None:
        """Pass on, with the exception that is being handled."""
        _Current.world.logged("exception", message, facts | {"fault": sys.exc_info()[1]})


class QuietMetrics:
    """Metrics that count nothing."""

    def log_metrics(self, handler: Any = None, **_: Any) -> Any:
        """Return the handler as it is."""
        return (lambda inner: inner) if handler is None else handler


def quiet_count(_: str, __: int = 1) -> None:
    """Count nothing."""


def _api_call(client: Any, operation: str, asked: dict[str, Any]) -> Any:
    return _Current.world.call(type(client).__name__, operation, asked)


def _sleep(seconds: float) -> None:
    _Current.world.process_sleep(seconds)


def _in_any_order(calls: Sequence[Callable[[], T]]) -> list[T]:
    """Make calls that go at once one by one, in an order that the world draws.

    Each lands in one moment, or asks for what no other does, so side by side they come to one
    behind the other. Whoever is killed among them has made any of them, and the one that fails has
    hindered no other.
    """
    faults: list[Exception] = []
    returned: dict[int, T] = {}
    for number, call in _Current.world.any_order(list(enumerate(calls))):
        try:
            returned[number] = call()
        except Exception as fault:  # noqa: BLE001 - it is raised behind the others
            faults.append(fault)
    if faults:
        raise faults[0]
    return [returned[number] for number in range(len(calls))]


def _clock() -> SimpleNamespace:
    return SimpleNamespace(
        time_ns=lambda: int(_Current.world.process_now_ms()) * 1_000_000,
        monotonic=lambda: _Current.world.process_now_ms() / 1000,
        sleep=_sleep,
    )


@contextmanager
def installed() -> Iterator[None]:
    """Lead all that handlers ask of AWS, of the clock and of the log to the current world."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, SETTINGS))
        os.environ.pop("AWS_ENDPOINT_URL", None)
        _import_all()
        stack.callback(_give_back, _function_modules())
        state = random.getstate()
        stack.callback(random.setstate, state)
        _quieten(stack)
        json_shortcuts.take(stack)
        shortcuts.take(stack)
        requests.take(stack)
        remembered.take(stack)
        # Ids that handlers make up are drawn from the seed, too.
        stack.enter_context(patch.object(os, "urandom", random.randbytes))
        stack.enter_context(bounds.given_back())
        stack.enter_context(patch.object(boto3, "client", lambda service, **_: _client(service)))
        stack.enter_context(patch.object(botocore.client.BaseClient, "_make_api_call", _api_call))
        yield


def _client(service: str) -> Any:
    """Return the client of a service, which all processes share."""
    # Made when they are first asked for: whoever only collects tests needs none.
    from tests.simulation.clients import CLIENTS

    return CLIENTS[service]


def _import_all() -> None:
    """Import what handlers stand on, so that what is exchanged there can be given back."""
    import zerodesk_aws

    for module in pkgutil.walk_packages(zerodesk_aws.__path__, "zerodesk_aws."):
        importlib.import_module(module.name)


def _function_modules() -> dict[str, ModuleType]:
    names = {folder.name for folder in FUNCTIONS_FOLDER.iterdir()}
    return {name: one for name, one in sys.modules.items() if name.partition(".")[0] in names}


def _give_back(modules: dict[str, ModuleType]) -> None:
    """Leave the functions' modules as they were before the simulation."""
    for name in _function_modules():
        del sys.modules[name]
    sys.modules.update(modules)


def _quieten(stack: ExitStack) -> None:
    """Exchange clock, logger, counters and threads wherever they have been imported to."""
    from zerodesk_aws import at_once, clients, clock, entry
    from zerodesk_aws.tables import bind

    stack.enter_context(patch.object(clock, "time", _clock()))
    exchanged = {
        id(entry.logger): QuietLogger(),
        id(entry.metrics): QuietMetrics(),
        id(entry.count): quiet_count,
        id(at_once.at_once): _in_any_order,
        id(clients.client): lambda service, *_, **__: _client(service),
        id(clients.tables): lambda: _client("dynamodb"),
        # Bound models are stateless, too.
        id(bind.bound): cache(bind.bound),
    }
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] != "zerodesk_aws":
            continue
        for attribute, value in list(vars(module).items()):
            if id(value) in exchanged:
                stack.enter_context(patch.object(module, attribute, exchanged[id(value)]))
