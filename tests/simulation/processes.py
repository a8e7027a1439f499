"""Lambda's processes: each has the function's modules to itself, warm until it dies."""

import importlib
import os
import pkgutil
import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from decimal import Decimal
from functools import _lru_cache_wrapper, cache
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GenericAlias,
    MappingProxyType,
    ModuleType,
    UnionType,
)
from typing import Any, Final, cast

from tests.handler_settings import SETTINGS
from tests.simulation.regions import HOME, environment
from tests.simulation.seam import QuietLogger, QuietMetrics

CONSTANTS: Final = (
    str,
    bytes,
    int,
    float,
    type(None),
    date,
    timedelta,
    tzinfo,
    Decimal,
    re.Pattern,
    BuiltinFunctionType,
    GenericAlias,
    UnionType,
    QuietLogger,
    QuietMetrics,
)
"""What a module may hold and be the same in every process: it does not change."""

LAYERS: Final = ("zerodesk", "zerodesk_aws")
"""What stands below the functions; all processes have it together."""


@dataclass(eq=False, slots=True)
class Process:
    """One process of one function: its own modules, and so its own caches."""

    function: str
    number: int
    modules: dict[str, ModuleType]
    region: str = HOME
    skew_ms: float = 0.0
    dead: bool = False

    @property
    def handler(self) -> Any:
        """The function's entry point, as this process loaded it."""
        return self.modules[f"{self.function}.handler"].handler

    def enter(self) -> None:
        """Let imports inside functions find this process's modules."""
        sys.modules.update(self.modules)


Place = tuple[str, str]
"""(function, region)."""


class _Remembered(MetaPathFinder, Loader):
    """Finds modules whose byte code is remembered: a new process costs no look at the disk.

    The order in which they were done says what comes first in the next process: then whatever one
    imports is there, and nothing takes the long way through the import system.
    """

    def __init__(self) -> None:
        self._code: dict[str, tuple[CodeType, bool]] = {}
        self.done: list[str] = []
        self.functions: dict[Place, tuple[str, ...]] = {}
        self.shared: dict[Place, dict[str, ModuleType]] = {}

    def remember(self, function: str, region: str) -> None:
        """Import a function in the usual way, and remember what of it each process has anew.

        What its processes share, they share within a region: its settings are among it.
        """
        for name in _modules_of(function):
            del sys.modules[name]
        importlib.import_module(f"{function}.handler")
        # What a handler imports when it is needed is each process's own, too.
        for late in pkgutil.iter_modules(sys.modules[function].__path__, f"{function}."):
            importlib.import_module(late.name)
        modules = _modules_of(function)
        names = _stateful(modules) | {function, f"{function}.handler"}
        for name in names:
            spec = modules[name].__spec__
            assert spec is not None, name
            loader = cast(InspectLoader, spec.loader)
            code = loader.get_code(name)
            assert code is not None, name
            self._code[name] = code, loader.is_package(name)
        self.shared[function, region] = {n: one for n, one in modules.items() if n not in names}
        self.functions[function, region] = tuple(name for name in modules if name in names)

    @contextmanager
    def rewritten(self, code: CodeType) -> Iterator[None]:
        """Let the module of a file run other code for a while, in each process that begins."""
        standing = {
            name: known
            for name, known in self._code.items()
            if known[0].co_filename == code.co_filename
        }
        self._code |= {name: (code, is_package) for name, (_, is_package) in standing.items()}
        try:
            yield
        finally:
            self._code |= standing

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname not in self._code:
            return None
        return ModuleSpec(fullname, self, is_package=self._code[fullname][1])

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code[module.__name__][0], module.__dict__)  # noqa: S102 - it is our own
        self.done.append(module.__name__)

    def import_anew(self, name: str) -> None:
        """Load a module as ``import`` does, shorter where its package is loaded."""
        package, _, child = name.rpartition(".")
        if package and package not in sys.modules:
            importlib.import_module(name)
            return
        spec = self.find_spec(name)
        assert spec is not None, name
        module = sys.modules[name] = module_from_spec(spec)
        self.exec_module(module)
        if package:
            setattr(sys.modules[package], child, module)


def _modules_of(function: str) -> dict[str, ModuleType]:
    """Return the modules of a function that are loaded."""
    return {
        name: module
        for name, module in sys.modules.items()
        if name == function or name.startswith(f"{function}.")
    }


def _stateful(modules: dict[str, ModuleType]) -> set[str]:
    """Return the modules that hold more than functions, classes and constants.

    Those that hold no more are the same in every process; so is, for the simulation, their memory.
    What uses a function or a class of a stateful module is stateful, too.
    """
    found: set[str] = set()
    while True:
        more = {
            name
            for name, module in modules.items()
            if name not in found and any(_holds_state(value, found) for value in _globals(module))
        }
        if not more:
            return found
        found |= more


def _globals(module: ModuleType) -> list[Any]:
    return [value for name, value in vars(module).items() if not name.startswith("__")]


def _holds_state(value: Any, stateful: set[str]) -> bool:
    if isinstance(value, ModuleType):
        return value.__name__ in stateful
    if isinstance(value, FunctionType | type):
        return value.__module__ in stateful
    if isinstance(value, _lru_cache_wrapper):
        # What a layer's function remembers is where it is: with the layers, which all share.
        return value.__module__.partition(".")[0] not in LAYERS
    if isinstance(value, tuple | frozenset):
        return any(_holds_state(one, stateful) for one in value)
    if isinstance(value, MappingProxyType):
        return any(_holds_state(one, stateful) for one in value.values())
    frozen = getattr(getattr(value, "__dataclass_params__", None), "frozen", False)
    return not (isinstance(value, CONSTANTS) or frozen or type(value).__module__ == "typing")


_remembered = _Remembered()
rewritten = _remembered.rewritten


def shared_modules() -> Iterator[ModuleType]:
    """Yield the functions' modules that processes share, those of each region."""
    for modules in _remembered.shared.values():
        yield from modules.values()


@cache
def _own(region: str) -> dict[str, str]:
    """Return what a region tells its functions beside, or other than, what stands in the seam."""
    told = environment(region)
    return {name: value for name, value in told.items() if SETTINGS.get(name) != value}


@contextmanager
def _told_by(region: str) -> Iterator[None]:
    """Let the environment be a region's. To exchange all of it would cost more than the modules."""
    told = _own(region) | {"AWS_REGION": region}
    standing = {name: os.environ.get(name) for name in told}
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in standing.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def load(function: str, region: str) -> dict[str, ModuleType]:
    """Load a function's modules anew, beside those that are loaded, as they are in a region."""
    place = function, region
    with _told_by(region):
        if place not in _remembered.functions:
            _remembered.remember(function, region)
        names, shared = _remembered.functions[place], _remembered.shared[place]
        sys.modules.update(shared)
        standing = {name: sys.modules.pop(name) for name in names if name in sys.modules}
        sys.meta_path.insert(0, _remembered)
        _remembered.done.clear()
        try:
            for name in names:
                if name not in sys.modules:
                    _remembered.import_anew(name)
        finally:
            sys.meta_path.remove(_remembered)
        _remembered.functions[place] = tuple(_remembered.done)
    modules = shared | {name: sys.modules[name] for name in names}
    sys.modules.update(standing)
    return modules


def forget(functions: Collection[str]) -> None:
    """Let the next processes of some functions import them in the usual way."""
    for known in (_remembered.functions, _remembered.shared):
        for place in [place for place in known if place[0] in functions]:
            del known[place]
