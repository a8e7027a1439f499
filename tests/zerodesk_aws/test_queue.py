"""A command goes to the queue's own region."""

import pytest

from zerodesk_aws.queue import CommandQueue


@pytest.mark.parametrize(
    ("queue_url", "given", "region"),
    [
        ("https://sqs.eu-west-1.amazonaws.com/123456789012/commands.fifo", None, "eu-west-1"),
        ("http://127.0.0.1:4566/000000000000/commands.fifo", "eu-west-1", "eu-west-1"),
        ("http://127.0.0.1:4566/000000000000/commands.fifo", None, "us-east-1"),
    ],
)
def test_the_address_says_the_region_or_the_caller_does(
    queue_url: str, given: str | None, region: str
) -> None:
    assert CommandQueue(queue_url, given)._sqs.meta.region_name == region
