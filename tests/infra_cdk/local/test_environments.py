"""Environments are built from locks, once, and the locks name no registry."""

import re
from pathlib import Path

import pytest

from infra_cdk.local import environments
from infra_cdk.local.environments import ENVIRONMENTS, LOCKS, Environment
from infra_cdk.local.paths import REQUIREMENTS, ROOT


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


def test_every_environment_is_built_from_existing_locks() -> None:
    assert all(path.is_file() for each in ENVIRONMENTS for path in each.inputs)
