"""Packages: byte code where it fits, the same bytes for the same source, a word where it lacks."""

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Annotations, Match

from infra_cdk.constructs import function, layers, packages
from infra_cdk.constructs.layers import Layers
from infra_cdk.constructs.packages import FUNCTION_ROOT, compiled, has_byte_code
from infra_cdk.settings import ENVIRONMENTS, ROOT, Settings

HERE = f"python{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "PACKAGES", tmp_path / "packages")


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def a_stack(settings: Settings, vendor: Path) -> Stack:
    (vendor / "python").mkdir(exist_ok=True)
    stack = Stack(App(), "Stack")
    Layers(stack, settings=replace(settings, vendor_layer=vendor, numeric_layer=vendor))
    return stack


def test_byte_code_is_of_the_interpreter_that_makes_it() -> None:
    assert has_byte_code(HERE)
    assert not has_byte_code("python3.8")


def test_a_compiled_package_holds_one_function_with_its_byte_code() -> None:
    folder = compiled(ROOT / "functions", only="matching", root=FUNCTION_ROOT)

    files = set(bytes_of(folder))
    sources = {name for name in files if name.endswith(".py")}
    assert [entry.name for entry in folder.iterdir()] == ["matching"]
    assert "matching/handler.py" in sources
    assert sum(name.endswith(".pyc") for name in files) == len(sources)


def test_the_same_source_gives_the_same_bytes() -> None:
    first = bytes_of(compiled(ROOT / "functions", only="matching", root=FUNCTION_ROOT))
    second = bytes_of(compiled(ROOT / "functions", only="matching", root=FUNCTION_ROOT))

    assert first == second


def hash_of_asset(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what names the package of ``matching`` in a template, from another checkout."""
    monkeypatch.setattr(function, "ROOT", root)
    asset = function._code("matching", ENVIRONMENTS["dev"]).bind(Stack(App()))
    assert asset.s3_location
    return asset.s3_location.object_key


@pytest.mark.parametrize("ships_byte_code", [True, False])
def test_the_same_source_in_another_checkout_has_the_same_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, ships_byte_code: bool
) -> None:
    monkeypatch.setattr(function, "has_byte_code", lambda: ships_byte_code)
    here = hash_of_asset(ROOT, monkeypatch)
    other = tmp_path / "checkout"
    shutil.copytree(ROOT / "functions", other / "functions")
    handler = other / "functions" / "matching" / "handler.py"
    os.utime(handler, (0, 0))
    (handler.parent / "__pycache__" / "of_another.cpython-38.pyc").write_bytes(b"stale")
    (handler.parent / "tests").mkdir()
    (handler.parent / "tests" / "test_it.py").write_text("x = 1\n")
    (other / "functions" / "queries" / "handler.py").write_text("a sibling changed")

    assert hash_of_asset(other, monkeypatch) == here

    changed = tmp_path / "changed"
    other.rename(changed)
    with (changed / "functions" / "matching" / "handler.py").open("a") as source:
        source.write("\n# a change\n")
    assert hash_of_asset(changed, monkeypatch) != here


def test_byte_code_names_the_file_as_lambda_has_it() -> None:
    folder = compiled(ROOT / "functions", only="pricing", root=FUNCTION_ROOT)

    [code] = (folder / "pricing" / "__pycache__").glob("handler.*.pyc")
    assert b"/var/task/pricing/handler.py" in code.read_bytes()
    assert str(ROOT).encode() not in code.read_bytes()


def test_tests_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "source" / "tests").mkdir(parents=True)
    (tmp_path / "source" / "tests" / "test_it.py").write_text("x = 1\n")
    (tmp_path / "source" / "it.py").write_text("x = 1\n")

    files = bytes_of(compiled(tmp_path / "source", root=FUNCTION_ROOT))

    assert {name for name in files if name.endswith(".py")} == {"it.py"}


@pytest.mark.parametrize(("fits", "said"), [(True, 0), (False, 1)])
def test_the_synthesis_says_when_byte_code_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fits: bool, said: int
) -> None:
    monkeypatch.setattr(layers, "has_byte_code", lambda: fits)
    stack = a_stack(ENVIRONMENTS["dev"], tmp_path)

    found: list[Any] = Annotations.from_stack(stack).find_warning(
        "*", Match.string_like_regexp("go without byte code")
    )

    assert len(found) == said


def test_the_local_cloud_makes_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "has_byte_code", lambda: False)
    stack = a_stack(ENVIRONMENTS["local"], tmp_path)

    assert not Annotations.from_stack(stack).find_warning("*", Match.any_value())
