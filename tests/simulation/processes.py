"""Lambda's processes: each has the function's modules to itself, warm until it dies."""

import importlib
import sys
from dataclasses import dataclass
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any, cast


@dataclass(eq=False, slots=True)
class Process:
    """One process of one function: its own modules, and so its own caches."""

    function: str
    number: int
    modules: dict[str, ModuleType]
    skew_ms: float = 0.0
    dead: bool = False

    @property
    def handler(self) -> Any:
        """The function's entry point, as this process loaded it."""
        return self.modules[f"{self.function}.handler"].handler

    def enter(self) -> None:
        """Let imports inside functions find this process's modules."""
        sys.modules.update(self.modules)


class _Remembered(MetaPathFinder, Loader):
    """Finds modules whose byte code is remembered: a new process costs no look at the disk."""

    def __init__(self) -> None:
        self._code: dict[str, tuple[CodeType, bool]] = {}
        self.functions: dict[str, tuple[str, ...]] = {}

    def remember(self, function: str) -> None:
        """Import a function once in the usual way, and remember what it is made of."""
        importlib.import_module(f"{function}.handler")
        names = [n for n in sys.modules if n == function or n.startswith(f"{function}.")]
        for name in names:
            spec = sys.modules[name].__spec__
            assert spec is not None, name
            loader = cast(InspectLoader, spec.loader)
            code = loader.get_code(name)
            assert code is not None, name
            self._code[name] = code, loader.is_package(name)
        self.functions[function] = tuple(names)

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname not in self._code:
            return None
        return ModuleSpec(fullname, self, is_package=self._code[fullname][1])

    def exec_module(self, module: ModuleType) -> None:
        exec(self._code[module.__name__][0], module.__dict__)  # noqa: S102 - it is our own


_remembered = _Remembered()


def load(function: str) -> dict[str, ModuleType]:
    """Load a function's modules anew, beside those that are loaded."""
    if function not in _remembered.functions:
        _remembered.remember(function)
    names = _remembered.functions[function]
    standing = {name: sys.modules.pop(name) for name in names}
    sys.meta_path.insert(0, _remembered)
    try:
        importlib.import_module(f"{function}.handler")
    finally:
        sys.meta_path.remove(_remembered)
    fresh = {name: sys.modules[name] for name in names}
    sys.modules.update(standing)
    return fresh
