"""Copies of the source tree in which a bug may live. The working tree is never touched."""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.simulation.mutants.mutant import Mutant

ROOT: Final = Path(__file__).parents[3]
COPIED: Final = ("layers", "functions", "events", "infra_cdk", "tests", "pyproject.toml")
SOURCES: Final = (
    "layers/domain/python",
    "layers/runtime/python",
    "layers/client/python",
    "functions",
    ".",
)
"""Where packages are imported from, as in ``dev-mode-dirs`` of pyproject.toml."""


@contextmanager
def copied(mutant: Mutant | None) -> Iterator[Path]:
    """Lend a copy of the tree with one bug in it, or with none."""
    with TemporaryDirectory(prefix="mutant-") as folder:
        tree = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                # Byte code is copied with the times that it goes by: only the bug is compiled.
                shutil.copytree(source, tree / name)
            else:
                shutil.copy2(source, tree / name)
        if mutant is not None:
            mutant.apply(tree)
        yield tree


def enter(tree: Path) -> None:
    """Let this process import the project from a tree alone; it has no way back."""
    ours = [str(ROOT / source) for source in SOURCES] + [str(ROOT), ""]
    rest = [path for path in sys.path if path not in ours]
    sys.path[:] = [str(tree / source) for source in SOURCES] + rest
    tops = {top.stem for source in SOURCES for top in (ROOT / source).iterdir()}
    for name in [name for name in sys.modules if name.partition(".")[0] in tops]:
        del sys.modules[name]
