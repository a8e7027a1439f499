"""How long a book takes for a batch of ten orders where a write takes as long as on AWS.

    python -m tests.benchmarks.batches [--batches 20]

The real handler of matching, with botocore up to the socket; behind it AWS's answers come after the
time that each profile's commit takes (``zerodesk_client.cost.ceilings``), EventBridge's after its
own. Orders rest and are taken in turn. In one run what is moved goes at once, as it does, and one
after the other. What is left out: the way to AWS, and what the queue takes between two batches.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session

from tests.handler_settings import SETTINGS
from tests.markets import a_market
from zerodesk.commands import PlaceCommand
from zerodesk.instruments import Market
from zerodesk.matching import listing, order
from zerodesk_aws.at_once import at_once
from zerodesk_client.cost import Profile
from zerodesk_client.cost.ceilings import BATCH, COMMIT_SECONDS, EVENTS_SECONDS

WARM_UP: Final = 3
ANSWERS: Final = {
    "PutItem": b"{}",
    "UpdateItem": b"{}",
    "Query": b'{"Items": [], "Count": 0, "ScannedCount": 0}',
    "PutEvents": b'{"FailedEntryCount": 0, "Entries": []}',
}
"""By operation: all that matching asks of tables that take whatever it puts."""

KEYS: Final = {"AWS_ACCESS_KEY_ID": "benchmark", "AWS_SECRET_ACCESS_KEY": "benchmark"}


@dataclass(frozen=True)
class Context:
    """What Lambda tells a handler about its invocation."""

    aws_request_id: str = "00000000-0000-0000-0000-000000000000"
    function_name: str = "matching"
    memory_limit_in_mb: int = 1_769
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:matching"


class Body:
    """The body of an answer, as urllib3 hands it over."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        """Yield it."""
        yield self._text


class Aws:
    """Answers every request after a while."""

    def __init__(self) -> None:
        self.write_seconds = self.events_seconds = 0.0
        self.requests = 0

    def send(self, request: AWSRequest) -> AWSResponse:
        """Answer a request."""
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        self.requests += 1
        time.sleep(self.events_seconds if operation == "PutEvents" else self.write_seconds)
        return AWSResponse(str(request.url), 200, HTTPHeaders(), Body(ANSWERS[operation]))


@dataclass(frozen=True, slots=True)
class Took:
    """What a batch took."""

    seconds: float
    cpu_seconds: float
    requests: float

    @property
    def orders_per_second(self) -> float:
        """How many orders a book takes, which has its next batch at once."""
        return BATCH / self.seconds


def one_by_one(calls: Iterable[Any]) -> None:
    """Make calls one after the other."""
    for call in calls:
        call()


def batches(market: Market, count: int) -> Iterator[dict[str, Any]]:
    """Yield the listing, then batches of ten orders, of which every other one takes the last."""
    yield delivered([listing(market)])
    for first in range(0, count * BATCH, BATCH):
        yield delivered([placed(market, number) for number in range(first, first + BATCH)])


def placed(market: Market, number: int) -> PlaceCommand:
    """Return an order that rests, or the one that takes it."""
    terms = (10, market.reference_price_ticks)
    if number % 2:
        return order(market, f"o{number}", "alice", "BUY", *terms)
    return order(market, f"o{number}", "bob", "SELL", *terms)


def delivered(commands: Sequence[Any]) -> dict[str, Any]:
    """Return commands as the queue hands them over."""
    attributes = {
        "MessageGroupId": commands[0]["symbol"],
        "SentTimestamp": "1",
        "ApproximateReceiveCount": "1",
    }
    return {
        "Records": [
            {"messageId": f"m{number}", "body": json.dumps(command), "attributes": attributes}
            for number, command in enumerate(commands)
        ]
    }


def measured(aws: Aws, market: Market, count: int, how: Callable[[Any], object]) -> Took:
    """Return what a batch takes of a book that begins, its items moved in one way or the other."""
    from matching import handler as matching

    context = Context()
    listed, *rest = batches(market, WARM_UP + count)
    with patch.object(matching, "at_once", how):
        for event in (listed, *rest[:WARM_UP]):
            matching.handler(event, context)
        requests, cpu_seconds, began = aws.requests, time.process_time(), time.perf_counter()
        for event in rest[WARM_UP:]:
            answer = matching.handler(event, context)
            assert answer == {"batchItemFailures": []}, answer
    return Took(
        (time.perf_counter() - began) / count,
        (time.process_time() - cpu_seconds) / count,
        (aws.requests - requests) / count,
    )


def market_named(symbol: str) -> Market:
    """Return a market by its name."""
    return a_market()._replace(symbol=symbol)


@contextmanager
def answering(aws: Aws) -> Iterator[None]:
    """Let AWS answer what functions ask, and their logs go nowhere."""
    os.environ.update(SETTINGS | KEYS)
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
        patch.object(URLLib3Session, "send", lambda _, request: aws.send(request)),
    ):
        yield


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batches", type=int, default=20)
    count, aws = parser.parse_args().batches, Aws()
    rows: list[tuple[Profile, str, Took]] = []
    with answering(aws):
        aws.events_seconds = EVENTS_SECONDS
        for profile in Profile:
            aws.write_seconds = COMMIT_SECONDS[profile]
            for name, how in (("one by one", one_by_one), ("at once", at_once)):
                market = market_named(f"{profile.value[:4].upper()}{len(rows)}-USD")
                rows.append((profile, name, measured(aws, market, count, how)))
    told = ["| profile | items | ms a batch | CPU ms | requests | orders/s |", f"|{'---|' * 6}"]
    told += [
        f"| {profile.value} | {name} | {took.seconds * 1000:.0f} | {took.cpu_seconds * 1000:.0f} "
        f"| {took.requests:.1f} | {took.orders_per_second:.0f} |"
        for profile, name, took in rows
    ]
    sys.stdout.write("\n".join([*told, ""]))


if __name__ == "__main__":
    main()
