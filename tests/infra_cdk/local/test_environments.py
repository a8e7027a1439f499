"""Environments are built from locks, once, and the locks name no registry."""

import re
from pathlib import Path

import pytest

from infra_cdk.local import environments
from infra_cdk.local.environments import ENVIRONMENTS, LOCKS, Environment
from infra_cdk.local.paths import REQUIREMENTS, ROOT, VENV
from infra_cdk.settings import RUNTIME


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Environment:
    monkeypatch.setattr(environments, "STAMPS", tmp_path / "stamps")
    monkeypatch.setattr(environments, "TOOLS", tmp_path)
    lock = tmp_path / "some.lock"
    lock.write_text("package==1\n")
    return Environment(tmp_path / "built", "a thing", (lock,), (tmp_path / "built").mkdir)


def built(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(environments, "ENVIRONMENTS", (environment,))
    environments.setup(said.append)
    return said


def test_second_setup_builds_nothing(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert built(environment, monkeypatch) == ["installing a thing"]
    assert built(environment, monkeypatch) == []


def test_changed_lock_is_built_again(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(environment, monkeypatch)
    environment.inputs[0].write_text("package==2\n")
    assert not environment.is_current


def test_deleted_folder_is_built_again(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(environment, monkeypatch)
    environment.folder.rmdir()
    assert not environment.is_current


def test_failed_build_leaves_nothing_that_passes_for_whole(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(environment, monkeypatch)
    environment.inputs[0].write_text("package==2\n")
    with pytest.raises(FileExistsError):
        built(environment, monkeypatch)
    environment.inputs[0].write_text("package==1\n")
    assert not environment.is_current, "the folder is half of the second version"


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.lock").read_text()
    requirements = re.findall(r"^[\w.-]+(?:\[.*\])?==", text, re.MULTILINE)
    assert requirements
    assert text.count("--hash=sha256:") >= len(requirements)
    assert "://" not in text
    assert "index-url" not in text


def test_node_lock_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


def test_layer_holds_what_the_runtime_does_not_bring() -> None:
    layer = (REQUIREMENTS / "vendor.lock").read_text()
    runtime = (REQUIREMENTS / "runtime.lock").read_text()
    packages = re.compile(r"^([\w.-]+)==", re.MULTILINE)
    assert not set(packages.findall(layer)) & set(packages.findall(runtime))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what uv is asked for; each time it lays a package with tests and stubs down."""
    asked: list[list[str]] = []

    def uv(*arguments: str | Path, python: Path) -> None:
        assert python == VENV
        asked.append([str(argument) for argument in arguments])
        package = Path(asked[-1][asked[-1].index("--target") + 1]) / "package"
        (package / "core" / "tests").mkdir(parents=True)
        (package / "__pycache__").mkdir()
        for name in ("code.py", "code.pyi", "core/tests/test_it.py", "__pycache__/x.pyc"):
            (package / name).write_text("x = 1\n")

    monkeypatch.setattr(environments, "_uv", uv)
    monkeypatch.setattr(environments, "_compile", lambda *_: None)
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    monkeypatch.setattr(environments, "LAYERS", tmp_path / "layers")
    return asked


def option(arguments: list[str], name: str) -> str | None:
    return arguments[arguments.index(name) + 1] if name in arguments else None


def test_layers_are_built_from_one_lock_for_lambda_and_for_this_machine(
    installed: list[list[str]],
) -> None:
    environments.layer(lambda _: None)
    environments._build_vendor()
    environments._build_numeric()

    locks = [option(arguments, "-r") for arguments in installed]
    assert locks == [str(REQUIREMENTS / f"{name}.lock") for name in ("vendor", "numeric")] * 2
    for_lambda = ("aarch64-manylinux_2_28", RUNTIME.removeprefix("python"))
    assert [
        (option(arguments, "--python-platform"), option(arguments, "--python-version"))
        for arguments in installed
    ] == [for_lambda, for_lambda, (None, None), (None, None)]
    assert all("--require-hashes" in arguments for arguments in installed)


def test_a_layer_leaves_out_tests_stubs_and_byte_code_of_others(
    installed: list[list[str]], tmp_path: Path
) -> None:
    environments.layer(lambda _: None)

    assert installed
    layer = tmp_path / "layers" / "vendor-arm64"
    kept = {str(path.relative_to(layer)) for path in layer.rglob("*") if path.is_file()}
    assert kept == {"python/package/code.py"}


def test_every_environment_is_built_from_existing_locks() -> None:
    assert all(path.is_file() for each in ENVIRONMENTS for path in each.inputs)
