"""The libraries stand alone: matching needs nothing, pricing needs numpy."""

import subprocess
import sys
import tomllib
from typing import Final

import pytest

from infra_cdk.settings import ROOT

DOMAIN: Final = ROOT / "layers" / "domain" / "python"
GUARD: Final = """
import sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and top not in {allowed!r}:
            raise ImportError(name + " is not installed")
sys.meta_path.insert(0, Guard())
import pkgutil, importlib
for package in {packages!r}:
    found = importlib.import_module(package)
    for module in pkgutil.walk_packages(getattr(found, "__path__", []), package + "."):
        if module.name not in {analytics!r}:
            importlib.import_module(module.name)
"""


def run(packages: list[str], allowed: set[str]) -> subprocess.CompletedProcess[str]:
    analytics = set() if "numpy" in allowed else {"zerodesk.risk.arrays", "zerodesk.risk.remark"}
    program = GUARD.format(packages=packages, allowed=allowed | {"zerodesk"}, analytics=analytics)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=DOMAIN
    )


@pytest.mark.parametrize(
    ("packages", "allowed"),
    [
        (["zerodesk.matching", "zerodesk.ledger", "zerodesk.risk"], set()),
        (["zerodesk.pricing", "zerodesk.risk"], {"numpy"}),
    ],
)
def test_a_library_imports_with_what_its_extra_brings(
    packages: list[str], allowed: set[str]
) -> None:
    done = run(packages, allowed)

    assert done.returncode == 0, done.stderr


def test_pricing_does_need_numpy() -> None:
    assert "numpy is not installed" in run(["zerodesk.pricing"], set()).stderr


def test_the_extras_bring_no_more() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = document["project"]["optional-dependencies"]

    assert document["project"]["dependencies"] == []
    assert extras["matching"] == []
    assert [one.partition(">")[0] for one in extras["pricing"]] == ["numpy"]
