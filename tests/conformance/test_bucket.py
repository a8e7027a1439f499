"""Objects of a bucket: whole, read as they were put last, and put only where nothing is.

API Reference, GetObject and PutObject; User Guide, "Strong consistency" and "Conditional writes".
"""

from typing import Any

import pytest

from tests.conformance.claims import refused
from tests.conformance.clouds import Cloud

KEY = "archive/book#BTC-USD/manifest-000001.json"


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    return cloud.bucket()


def put(cloud: Cloud, bucket: str, data: bytes, **asked: Any) -> None:
    cloud.client("s3").put_object(Bucket=bucket, Key=KEY, Body=data, **asked)


def got(cloud: Cloud, bucket: str) -> bytes:
    data: bytes = cloud.client("s3").get_object(Bucket=bucket, Key=KEY)["Body"].read()
    return data


def test_an_object_is_read_as_it_was_put_last(cloud: Cloud, bucket: str) -> None:
    for data in (b"first", b"", bytes(range(256))):
        put(cloud, bucket, data)
        assert got(cloud, bucket) == data


def test_what_was_never_put_is_no_such_key(cloud: Cloud, bucket: str) -> None:
    put(cloud, bucket, b"there")
    with refused("NoSuchKey"):
        cloud.client("s3").get_object(Bucket=bucket, Key=f"{KEY}x")


def test_a_conditional_put_leaves_what_is_there(cloud: Cloud, bucket: str) -> None:
    put(cloud, bucket, b"first", IfNoneMatch="*")
    with refused("PreconditionFailed"):
        put(cloud, bucket, b"second", IfNoneMatch="*")
    assert got(cloud, bucket) == b"first"
