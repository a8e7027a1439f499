"""DynamoDB in process, one set of empty tables per test."""

from collections.abc import Iterator

import pytest

from tests.shorter_moto import mocked_aws
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.journal import JournalItem


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in for AWS, so that no test can reach anything else."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mocked_aws():
        yield


@pytest.fixture
def journal_table(aws: None) -> str:
    """Return the name of an empty journal table."""
    bound(JournalItem, "journal").create_table(billing_mode="PAY_PER_REQUEST")
    return "journal"
