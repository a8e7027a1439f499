"""Where the local cloud keeps its things.

Tools are shared by all local clouds of a checkout. State belongs to one of them, so a second
cloud on another port (a test's, say) never touches the first.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOOLS = ROOT / ".local"
VENV = ROOT / ".venv"
NODE_MODULES = ROOT / "node_modules"
EMULATOR = TOOLS / "emulator"
RUNTIME = TOOLS / "runtime"
LAYERS = TOOLS / "layers"
REQUIREMENTS = ROOT / "requirements"

STATE_VARIABLE = "ZERODESK_STATE"
PORT_VARIABLE = "ZERODESK_PORT"
SOURCES_VARIABLE = "ZERODESK_SOURCES"
CALL_LOG_VARIABLE = "ZERODESK_CALL_LOG"
WRITE_LOG_VARIABLE = "ZERODESK_WRITE_LOG"
DEFAULT_PORT = 4566


def state_folder() -> Path:
    """Return the folder of this cloud's state: ``ZERODESK_STATE``, by default ``.local``."""
    chosen = os.environ.get(STATE_VARIABLE)
    return Path(chosen).resolve() if chosen else TOOLS


def sources_folder() -> Path:
    """Return where live functions and layers are: this checkout, unless ``ZERODESK_SOURCES``."""
    return Path(os.environ.get(SOURCES_VARIABLE, ROOT)).resolve()
