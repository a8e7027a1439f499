"""The project as it stands, loaded once by the server from which hunts are forked.

While it is loaded, it is taken down who imports whom. So a hunt imports anew what its bug may show
in, and finds the rest standing.
"""

import builtins
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import resolve_name
from types import ModuleType
from typing import Any, Final

from tests.simulation.mutants.importing import OWN

IMPORTERS: Final[dict[str, set[str]]] = {}
"""Who imports a module, by its name."""


def touched_by(name: str) -> set[str]:
    """Return a module, and all that import it or import one that does."""
    found, asked = {name}, [name]
    while asked:
        more = IMPORTERS.get(asked.pop(), set()) - found
        found |= more
        asked += more
    return found


@contextmanager
def _taken_down() -> Iterator[None]:
    """Take down what the project's modules import, when they are loaded or later."""
    plain = builtins.__import__

    def importing(name: str, *how: Any, **named: Any) -> ModuleType:
        module = plain(name, *how, **named)
        given: tuple[Any, ...] = how + (None, None, (), 0)[len(how) :]
        names, _, wanted, level = given
        importer = (names or {}).get("__name__", "")
        if importer.partition(".")[0] in OWN:
            whole = resolve_name("." * level + name, names.get("__package__"))
            for one in _meant(whole, wanted or ()):
                IMPORTERS.setdefault(one, set()).add(importer)
        return module

    builtins.__import__ = importing
    try:
        yield
    finally:
        builtins.__import__ = plain


def _meant(name: str, wanted: Sequence[str]) -> Iterator[str]:
    """Yield a module, the packages that it is in, and which of its names are modules."""
    parts = name.split(".")
    yield from (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    yield from (f"{name}.{one}" for one in wanted if f"{name}.{one}" in sys.modules)


with _taken_down():
    from tests.simulation import seam

    with seam.installed():
        from tests.simulation.campaign import WARM_UP, run_one

        run_one(*WARM_UP)
