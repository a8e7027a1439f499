"""What is deployed is identified by its sources; what did not change is not deployed again."""

from pathlib import Path

import pytest

from infra_cdk.local import deploy
from infra_cdk.local.paths import ROOT


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ("functions/matching/handler.py", "infra_cdk/app.py", "infra_cdk/local/cloud.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)
    (tmp_path / "vendor").write_text("digest of the layer")
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    monkeypatch.setattr(deploy, "STAMPS", tmp_path)
    monkeypatch.setattr(deploy, "SOURCES", ("functions", "infra_cdk"))
    return tmp_path


def test_changed_handler_is_another_deployment(checkout: Path) -> None:
    before = deploy.digest_of_sources()
    (checkout / "functions/matching/handler.py").write_text("changed")
    assert deploy.digest_of_sources() != before


def test_moved_file_is_another_deployment(checkout: Path) -> None:
    before = deploy.digest_of_sources()
    (checkout / "functions/matching/handler.py").rename(checkout / "functions/matching/other.py")
    assert deploy.digest_of_sources() != before


def test_rebuilt_layer_is_another_deployment(checkout: Path) -> None:
    before = deploy.digest_of_sources()
    (checkout / "vendor").write_text("another")
    assert deploy.digest_of_sources() != before


@pytest.mark.parametrize(
    "path", ["functions/matching/__pycache__/handler.pyc", "infra_cdk/local/cloud.py"]
)
def test_what_is_not_deployed_does_not_count(checkout: Path, path: str) -> None:
    before = deploy.digest_of_sources()
    (checkout / path).parent.mkdir(exist_ok=True)
    (checkout / path).write_text("changed")
    assert deploy.digest_of_sources() == before


def test_every_source_exists() -> None:
    assert all((ROOT / source).exists() for source in deploy.SOURCES)


def test_api_is_found_by_its_id_at_the_local_address() -> None:
    outputs = {"ApiId": "abc123", "ApiUrl": "https://abc123.execute-api.example/local/"}
    url = deploy.api_url("http://127.0.0.1:4566", outputs)
    assert url == "http://127.0.0.1:4566/_aws/execute-api/abc123/local"
