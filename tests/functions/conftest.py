"""Handlers as Lambda loads them: the environment is there before their modules are."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.functions.gateway import Gateway, with_market_and_accounts
from tests.handler_settings import SETTINGS
from tests.shorter_moto import mocked_aws
from tests.tables_in_memory import tables_in_memory

if TYPE_CHECKING:
    from pynamodb.models import Model

os.environ.update(SETTINGS)


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    function_name: str = "test"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:test"


@pytest.fixture
def context() -> Context:
    return Context()


def create_tables() -> None:
    """Create every table, empty, in moto: where bytes go over the wire as they do to AWS."""
    from zerodesk_aws.tables.api_keys import ApiKeyItem
    from zerodesk_aws.tables.bind import bound
    from zerodesk_aws.tables.cursors import CursorItem
    from zerodesk_aws.tables.holders import HolderItem
    from zerodesk_aws.tables.journal import JournalItem
    from zerodesk_aws.tables.market_model import MarketItem
    from zerodesk_aws.tables.order_model import OrderModel
    from zerodesk_aws.tables.snapshots import SnapshotItem

    models: dict[str, type[Model]] = {
        "journal": JournalItem,
        "orders": OrderModel,
        "market": MarketItem,
        "cursors": CursorItem,
        "holders": HolderItem,
        "api_keys": ApiKeyItem,
        "snapshots": SnapshotItem,
    }
    for name, model in models.items():
        bound(model, name).create_table(billing_mode="PAY_PER_REQUEST")


@pytest.fixture(autouse=True)
def tables(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every test empty tables, and no way to anything else.

    Within a module that shares its tables, they are those.
    """
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mocked_aws(), tables_in_memory():
        yield


@pytest.fixture
def gateway(context: Context, monkeypatch: pytest.MonkeyPatch, tables: None) -> Gateway:
    """Return the API with a market and two funded accounts: alice has dollars, bob bitcoins."""
    return with_market_and_accounts(Gateway(context, monkeypatch))


@pytest.fixture(scope="module")
def shared_gateway() -> Iterator[Gateway]:
    """Return a gateway for all tests of a module: for those that change nothing."""
    with pytest.MonkeyPatch.context() as patch, mocked_aws(), tables_in_memory():
        yield with_market_and_accounts(Gateway(Context(), patch))
