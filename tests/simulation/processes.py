"""Lambda's processes: each has the function's modules to itself, warm until it dies."""

import importlib
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any


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


def load(function: str) -> dict[str, ModuleType]:
    """Load a function's modules anew, beside those that are loaded."""
    prefix = f"{function}."
    loaded = _modules_of(function, prefix)
    for name in loaded:
        del sys.modules[name]
    importlib.import_module(f"{function}.handler")
    fresh = _modules_of(function, prefix)
    sys.modules.update(loaded)
    return fresh


def _modules_of(function: str, prefix: str) -> dict[str, ModuleType]:
    return {
        name: module
        for name, module in sys.modules.items()
        if name == function or name.startswith(prefix)
    }
