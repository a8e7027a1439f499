"""One synthesis per session, of every environment, as ``cdk synth`` would do it."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from infra_cdk.app import build
from infra_cdk.settings import ENVIRONMENTS, ROOT
from tests.infra_cdk.templates import StageTemplates


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, StageTemplates]:
    """Return the templates of each environment, made without credentials or built layers."""
    layer = tmp_path_factory.mktemp("vendor")
    (layer / "python").mkdir()
    (layer / "python" / "nothing.txt").write_text("stands for the third-party packages")
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    outdir = tmp_path_factory.mktemp("cdk.out")
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            patch.delenv(variable, raising=False)
        build(
            environments=tuple(ENVIRONMENTS),
            context={**context, "account": "000000000000", "vendor_layer": str(layer)},
            outdir=str(outdir),
        ).synth()
    return {name: StageTemplates(_assembly(outdir, name)) for name in ENVIRONMENTS}


def _assembly(outdir: Path, environment: str) -> Path:
    [folder] = outdir.glob(f"assembly-{environment}-*")
    return folder


@pytest.fixture
def local(stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of the local stage."""
    return stages["local"]


@pytest.fixture
def dev(stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of a stage on AWS."""
    return stages["dev"]


@pytest.fixture(params=list(ENVIRONMENTS))
def stage(request: pytest.FixtureRequest, stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of each environment in turn."""
    return stages[request.param]
