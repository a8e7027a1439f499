"""The operator's key: made once, kept for the user alone, known to the cloud by a digest."""

import hashlib
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra_cdk.local.keys import ApiKey, credentials_file, ensure_operator_key, item_of
from infra_cdk.local.paths import STATE_VARIABLE


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return boto3.Session()


def with_table(session: Any) -> Any:
    client = session.client("dynamodb")
    client.create_table(
        TableName="keys",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "key_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key_id", "AttributeType": "S"}],
    )
    return client


def test_key_reads_back_from_its_text() -> None:
    key = ApiKey.generate()
    assert ApiKey.parse(key.text) == key


@pytest.mark.parametrize("text", ["", "zdk_short_secret", "abc_123456789012_secret", "zdk"])
def test_text_of_another_form_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="not an API key"):
        ApiKey.parse(text)


def test_cloud_is_told_a_digest_and_never_the_secret() -> None:
    key = ApiKey.generate()
    item = item_of(key, 1)
    assert item["secret_sha256"]["S"] == hashlib.sha256(key.secret.encode()).hexdigest()
    assert key.secret not in json.dumps(item)


@mock_aws
def test_file_of_the_key_is_for_the_user_alone(session: Any) -> None:
    with_table(session)
    ensure_operator_key(session, "keys")
    assert credentials_file().stat().st_mode & 0o777 == 0o600


@mock_aws
def test_same_key_works_after_the_state_was_lost(session: Any) -> None:
    client = with_table(session)
    ensure_operator_key(session, "keys")
    before = client.scan(TableName="keys")["Items"]
    client.delete_item(TableName="keys", Key={"key_id": before[0]["key_id"]})
    ensure_operator_key(session, "keys")
    after = client.scan(TableName="keys")["Items"]
    assert after[0]["secret_sha256"] == before[0]["secret_sha256"]
