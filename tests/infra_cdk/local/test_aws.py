"""Clients of the local cloud heed nothing that the user has set up for AWS."""

from pathlib import Path

import pytest

from infra_cdk.local.aws import ACCOUNT, LocalSession

HERE = "http://127.0.0.1:4711"


@pytest.fixture(autouse=True)
def user_of_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text("[profile other]\nregion = eu-west-1\nendpoint_url = http://config.example\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "one-that-is-not-there")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://environment.example")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAREAL")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")


def test_client_speaks_to_the_local_cloud_alone() -> None:
    client = LocalSession(HERE).client("dynamodb")
    assert client.meta.endpoint_url == HERE
    assert client.meta.region_name == "us-east-1"
    assert client._get_credentials().access_key == ACCOUNT


def test_client_goes_through_no_proxy() -> None:
    assert LocalSession(HERE).client("sqs", read_timeout=3).meta.config.proxies == {}
