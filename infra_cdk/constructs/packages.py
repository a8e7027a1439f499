"""What is shipped: source that is nobody else's, with byte code where it can be made.

Lambda's file system is read-only, so a package without byte code is compiled anew at every cold
start. Byte code fits one version of the interpreter only: it is made when the interpreter that
synthesises is that of the runtime, and otherwise the synthesis says that it is missing.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from infra_cdk.settings import ROOT, RUNTIME

PACKAGES = ROOT / ".local" / "packages"
"""Copies with byte code, made anew at each synthesis."""

NOT_SHIPPED = ("__pycache__", "*.pyc", "*.pyi", ".DS_Store", "tests")
"""Byte code of another interpreter would only be ballast, and would change the hash."""

LAYER_ROOT = "/opt"
FUNCTION_ROOT = "/var/task"
"""Where Lambda lays a layer and a function: what tracebacks name."""


def has_byte_code(runtime: str = RUNTIME) -> bool:
    """Say whether this interpreter makes byte code that the runtime reads."""
    return runtime == f"python{sys.version_info.major}.{sys.version_info.minor}"


def compiled(folder: Path, *, only: str | None = None, root: str) -> Path:
    """Return a copy of a folder, or of one folder in it, with byte code beside the source.

    The same source gives the same bytes: files are told apart by their contents, not their times,
    and sets are written in one order.

    Parameters
    ----------
    only
        Copy nothing but this folder, under its name.
    root
        Where Lambda will have it.
    """
    target = PACKAGES / (only or folder.name)
    shutil.rmtree(target, ignore_errors=True)
    ignored = shutil.ignore_patterns(*NOT_SHIPPED)
    shutil.copytree(folder / (only or ""), target / (only or ""), ignore=ignored)
    subprocess.run(
        [
            *(sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            *("-s", str(target), "-p", root, str(target)),
        ],
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    return target
