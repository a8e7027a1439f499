"""The top level of the tree: what a stranger finds there, and nothing that slipped in."""

import shutil
import subprocess

import pytest

from infra_cdk.settings import ROOT

MANDATED = {"functions", "layers", "infra_cdk", "events", "tests", "cdk.json", "pyproject.toml"}
DOCUMENTS = {"README.md", "CHANGELOG.md", "LICENSE", "SECURITY.md", "docs"}
LOCKS = {"requirements", "package.json", "package-lock.json", ".npmrc"}
TOOLS = {"Makefile", ".ci", ".github", ".gitignore"}


def test_the_top_level_has_what_belongs_there_and_nothing_else() -> None:
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no checkout of git: what is tracked is not known")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    top = {name.partition("/")[0] for name in listed.stdout.decode().split("\0") if name}
    assert top == MANDATED | DOCUMENTS | LOCKS | TOOLS
