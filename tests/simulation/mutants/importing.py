"""The project imported anew, with one file read otherwise. Nothing is written anywhere."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final

from tests.simulation.mutants.mutant import Mutant

ROOT: Final = Path(__file__).parents[3]
SOURCES: Final = (
    "layers/domain/python",
    "layers/runtime/python",
    "layers/client/python",
    "functions",
    ".",
)
"""Where packages are imported from, as in ``dev-mode-dirs`` of pyproject.toml."""

OWN: Final = frozenset(top.stem for source in SOURCES for top in (ROOT / source).iterdir())
"""The names of the project's packages, and of whatever else stands beside them."""

KEPT: Final = "tests.simulation.clients"
"""A module that has nothing of the product in it, and takes long to import."""


class _Rewritten(SourceFileLoader):
    """Loads a module from another text than stands in its file."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self._text = text

    def get_code(self, fullname: str) -> CodeType:
        """Return the byte code of the other text; what lies on disk is of the file as it stands."""
        return compile(self._text, self.get_filename(fullname), "exec", dont_inherit=True)


class _Finder:
    """Finds the module of a mutant's file before anybody else does."""

    def __init__(self, mutant: Mutant) -> None:
        self._file = ROOT / mutant.file
        self._text = mutant.rewritten(self._file.read_text())

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load the mutant's module; None for every other one."""
        spec = PathFinder.find_spec(name, path, target)
        if spec is None or spec.origin is None or Path(spec.origin) != self._file:
            return None
        spec.loader = _Rewritten(name, spec.origin, self._text)
        return spec


def enter(mutant: Mutant | None) -> None:
    """Let this process import anew what a mutant may show in; of the tree as it is, nothing.

    Who hunts by a claim imports all anew: what stands may have read another environment.
    """
    if mutant is None:
        return
    sys.meta_path.insert(0, _Finder(mutant))
    own = {name for name in sys.modules if name.partition(".")[0] in OWN} - {KEPT}
    if mutant.claim is None:
        from tests.simulation import processes, run
        from tests.simulation.mutants.standing import touched_by

        touched = touched_by(module_of(mutant.file))
        processes.forget({name.partition(".")[0] for name in touched})
        run.venue.cache_clear()
        own &= touched
    for name in own:
        _drop(name)


def module_of(file: str) -> str:
    """Return the name of the module in a file.

    Examples
    --------
    >>> module_of("layers/domain/python/zerodesk/matching/__init__.py")
    'zerodesk.matching'
    >>> module_of("functions/sweeper/books.py")
    'sweeper.books'
    """
    source = next(one for one in SOURCES if file.startswith(f"{one}/"))
    return (
        file.removeprefix(f"{source}/")
        .removesuffix(".py")
        .removesuffix("/__init__")
        .replace("/", ".")
    )


def _drop(name: str) -> None:
    """Forget a module, as its package must: ``from package import module`` looks there first."""
    module = sys.modules.pop(name)
    package, _, child = name.rpartition(".")
    if getattr(sys.modules.get(package), child, None) is module:
        delattr(sys.modules[package], child)
