"""Where a function's code is: as deployed, or in the checkout, as it stands at this moment."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra_cdk.local.function_names import function_of
from infra_cdk.local.live import debugging_file, live_marker
from infra_cdk.local.paths import sources_folder

OWN_LAYERS = ("domain", "runtime")
"""Those whose source is in the checkout."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a process of a function is to run; one that runs otherwise is replaced."""

    live: tuple[tuple[str, int, int], ...] | None
    """The sources as they stand: name, time and size of each. None: as deployed."""
    debugging: str | None
    """What the debugger asked for, as JSON. None: nobody debugs."""


AS_DEPLOYED = Mode(None, None)


def mode_of(config: dict[str, Any], state: Path) -> Mode:
    """Return how a function is to run from now on."""
    name = function_of(config)
    if name is None:
        return AS_DEPLOYED
    try:
        asked = debugging_file(state, name).read_text(encoding="utf-8")
    except FileNotFoundError:
        asked = None
    # A breakpoint is a line of the checkout: what is debugged runs from there.
    is_live = asked is not None or live_marker(state).exists()
    return Mode(_stand_of(name) if is_live else None, asked)


def is_debugged(config: dict[str, Any], state: Path) -> bool:
    """Say whether somebody debugs a function: it then has one process, which may stand still."""
    name = function_of(config)
    return name is not None and debugging_file(state, name).exists()


def code_paths(config: dict[str, Any], layers: list[str], deployed: list[Path]) -> list[str]:
    """Return the folders of a live function: its own, then its layers, ours from the checkout.

    Parameters
    ----------
    layers
        The layers' ARNs, in the order in which they are searched.
    deployed
        Where each of them is unpacked.
    """
    name = function_of(config)
    assert name is not None, "only our own functions are in the checkout"
    found = [str(sources_folder() / "functions")]
    for arn, folder in zip(layers, deployed, strict=True):
        own = next((one for one in OWN_LAYERS if f"-{one}:" in arn), None)
        found.append(str(sources_folder() / "layers" / own / "python" if own else folder))
    return found


def _stand_of(name: str) -> tuple[tuple[str, int, int], ...]:
    return tuple(sorted(_files_of(name)))


def _files_of(name: str) -> Iterator[tuple[str, int, int]]:
    folders = [sources_folder() / "functions" / name]
    folders += [sources_folder() / "layers" / layer / "python" for layer in OWN_LAYERS]
    for folder in folders:
        for path in folder.rglob("*.py"):
            about = path.stat()
            yield str(path), about.st_mtime_ns, about.st_size
