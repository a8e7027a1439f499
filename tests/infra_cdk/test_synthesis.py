"""``cdk synth`` needs nobody's credentials."""

import os
from pathlib import Path

import boto3
import pytest
from aws_cdk import App

from infra_cdk.local.environments import tool_environment
from infra_cdk.local.process import run
from infra_cdk.local.synthesis import CDK, without_credentials
from infra_cdk.settings import ROOT
from tests.infra_cdk.conftest import STAGES


def test_every_stage_is_synthesised_without_credentials(app: App) -> None:
    environment = without_credentials(tool_environment())
    run(
        [CDK, "synth", "--quiet", "--app", app.outdir],
        cwd=ROOT,
        environment=environment,
    )
    listed = run([CDK, "list", "--app", app.outdir], cwd=ROOT, environment=environment)
    stages = {
        line.split("/")[0]
        for line in listed.splitlines()
        if "/" in line and " " not in line.split("/")[0]
    }
    assert stages >= set(STAGES)


def test_no_credentials_are_found_where_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = tmp_path / "credentials"
    own.write_text("[default]\naws_access_key_id = a\naws_secret_access_key = b\n")
    mine = {"AWS_SHARED_CREDENTIALS_FILE": str(own)}
    found = []
    for environment in (
        mine,
        without_credentials({**os.environ, **mine, "AWS_ACCESS_KEY_ID": "c"}),
    ):
        with monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                patch.delenv(name)
            for name, value in environment.items():
                patch.setenv(name, value)
            found.append(boto3.Session().get_credentials())
    assert found[0] is not None
    assert found[1] is None
