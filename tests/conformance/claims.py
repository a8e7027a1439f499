"""How claims are phrased: values, keys, pages, and what a refusal is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, ParamValidationError

Item = dict[str, dict[str, Any]]


def text(value: str) -> dict[str, str]:
    """Return a string attribute."""
    return {"S": value}


def number(value: int | str) -> dict[str, str]:
    """Return a number attribute."""
    return {"N": str(value)}


def record(sequence: int | str, stream: str = "book#BTC-USD", **attributes: Any) -> Item:
    """Return an item of ``streams``."""
    return {"stream": text(stream), "sequence": number(sequence), **attributes}


def cursor(name: str = "settlement#BTC-USD", **attributes: Any) -> Item:
    """Return an item of ``cursors``."""
    return {"name": text(name), **attributes}


def order(order_id: str, placed_at_ms: int | None = None, account: str = "alice") -> Item:
    """Return an item of ``orders``; without a time it is not in the index."""
    placed = {} if placed_at_ms is None else {"placed_at_ms": number(placed_at_ms)}
    return {
        "account_id": text(account),
        "order_id": text(order_id),
        "status": text("OPEN"),
    } | placed


@contextmanager
def refused(code: str) -> Iterator[None]:
    """Claim that the service refuses, and with which code."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


@contextmanager
def not_sent() -> Iterator[None]:
    """Claim that boto3 itself refuses: the service never hears of it."""
    with pytest.raises(ParamValidationError):
        yield


def pages(client: Any, **asked: Any) -> Iterator[list[Item]]:
    """Yield the pages of a query until the service says that there is none behind."""
    while True:
        answer = client.query(**asked)
        yield answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        asked["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def every(client: Any, **asked: Any) -> list[Item]:
    """Return the items of all pages of a query."""
    return [item for page in pages(client, **asked) for item in page]
