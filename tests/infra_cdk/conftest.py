"""One synthesis per session, of every environment in every region, as ``cdk synth`` would do it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from aws_cdk import App

from infra_cdk.app import build
from infra_cdk.local.synthesis import without_credentials
from infra_cdk.settings import ENVIRONMENTS, ROOT, everywhere
from tests.infra_cdk.templates import StageTemplates

STAGES = {
    settings.stage: settings
    for environment in ENVIRONMENTS.values()
    for settings in everywhere(environment)
}
HOMES = [name for name, settings in STAGES.items() if settings.is_home]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process have all that reads the synthesised app, which costs a minute to make."""
    for item in items:
        if isinstance(item, pytest.Function) and "app" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("app"))


@pytest.fixture(scope="session")
def context(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Return the context of every stage, with a folder that stands for the built layer."""
    layer = tmp_path_factory.mktemp("vendor")
    (layer / "python").mkdir()
    (layer / "python" / "nothing.txt").write_text("stands for the third-party packages")
    told = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    return {
        **told,
        "stage": "all",
        "account": "000000000000",
        "vendor_layer": str(layer),
        "numeric_layer": str(layer),
    }


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, context: dict[str, object]) -> App:
    """Return the app, synthesised without credentials."""
    outdir = tmp_path_factory.mktemp("cdk.out")
    with pytest.MonkeyPatch.context() as patch:
        for variable in [name for name in os.environ if name.startswith("AWS_")]:
            patch.delenv(variable)
        for variable, value in without_credentials({}).items():
            patch.setenv(variable, value)
        app = build(context=context, outdir=str(outdir))
        app.synth()
    return app


@pytest.fixture(scope="session")
def stages(app: App) -> Mapping[str, StageTemplates]:
    """Return the templates of each stage."""
    outdir = Path(app.outdir)
    return {
        name: StageTemplates(outdir / f"assembly-{name}", settings)
        for name, settings in STAGES.items()
    }


@pytest.fixture
def local(stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of the local stage."""
    return stages["local-us-east-1"]


@pytest.fixture
def dev(stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of a stage on AWS."""
    return stages["dev-us-east-1"]


@pytest.fixture(params=HOMES)
def stage(request: pytest.FixtureRequest, stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of each environment in turn, in its home region."""
    return stages[request.param]


@pytest.fixture(params=STAGES)
def anywhere(
    request: pytest.FixtureRequest, stages: Mapping[str, StageTemplates]
) -> StageTemplates:
    """Return the templates of each environment in each of its regions in turn."""
    return stages[request.param]


@pytest.fixture(params=[name for name in STAGES if not name.startswith("local-")])
def on_aws(request: pytest.FixtureRequest, stages: Mapping[str, StageTemplates]) -> StageTemplates:
    """Return the templates of each stage in turn that is deployed to AWS."""
    return stages[request.param]
