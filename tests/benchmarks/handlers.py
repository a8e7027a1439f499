"""How much each handler of an order's way computes, in instructions, its processes warm.

    .venv/bin/python -m tests.benchmarks.handlers [--orders 20] [--only risk_check matching]

The real handlers with botocore up to the socket, behind which the simulation's tables answer; half
of the orders rest, half take the one before, each batch is one order, each trade is settled. That
is played once and taken down; then each function by itself hears its events again, from the first
one on, and gets the answers that it got. Two such runs of which one goes on longer are counted
(cachegrind; valgrind must be installed): their difference is what an invocation takes, without
imports and without the tables. The same on a machine that has other things to do, to a hundredth.
"""

import argparse
import json
import os
import pickle
import re
import subprocess
import sys
from base64 import b64decode, b64encode
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast
from unittest.mock import patch

from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from tests.benchmarks.batches import Body, Context
from tests.handler_settings import SETTINGS
from tests.markets import a_market

Document = dict[str, Any]
Answer = tuple[int, bytes]
"""(status, body)."""

FUNCTIONS: Final = ("order_intake", "pricing", "risk_check", "matching", "settlement")
BEGAN_MS: Final = 1_764_000_000_000
SYMBOL: Final = "BTC-USD"
WARM_UP: Final = 6
"""Invocations of a function before those that are counted: clients are made, accounts known."""

COUNTING: Final = (
    "valgrind",
    "--tool=cachegrind",
    "--cache-sim=no",
    "--cachegrind-out-file=/dev/null",
)
REFERENCES: Final = re.compile(r"I +refs: +([0-9,]+)")


@dataclass
class Heard:
    """One invocation of a function: when, what it was given, and what AWS answered it."""

    function: str
    at_ms: int
    event: Document
    answers: dict[tuple[str, bytes], list[Answer]] = field(
        default_factory=lambda: defaultdict(list)
    )
    answer: Document = field(default_factory=dict)


class Clock:
    """Stands in for the module ``time`` in the product's clock: nobody waits, a moment is told."""

    def __init__(self) -> None:
        self.at_ms = BEGAN_MS

    def time_ns(self) -> int:
        """Return the time."""
        return self.at_ms * 1_000_000

    def monotonic(self) -> float:
        """Return the time."""
        return self.at_ms / 1_000

    def sleep(self, _: float) -> None:
        """Be there already."""


@contextmanager
def answered(answer: Callable[[str, bytes], Answer], clock: Clock) -> Iterator[None]:
    """Let every request be answered by a function of its operation and its body."""

    def send(_: object, request: AWSRequest) -> AWSResponse:
        target = request.headers["X-Amz-Target"]
        operation = (target.decode() if isinstance(target, bytes) else target).rpartition(".")[2]
        status, text = answer(operation, cast(bytes, request.body))
        return AWSResponse(str(request.url), status, HTTPHeaders(), Body(text))

    with patch("zerodesk_aws.clock.time", clock), patch.object(URLLib3Session, "send", send):
        yield


class Way:
    """The way of an order, played once and taken down."""

    def __init__(self) -> None:
        from tests.simulation.cloud.dynamodb import DynamoDB
        from tests.simulation.cloud.tables import SCHEMAS

        self.clock = Clock()
        self.tables = DynamoDB(SCHEMAS, lambda: self.clock.at_ms)
        self.heard: list[Heard] = []
        self._running: list[Heard] = []
        self._traded = False

    def play(self, orders: int) -> list[Heard]:
        """Play a market's listing, two accounts and so many orders."""
        with answered(self._answer, self.clock):
            market = a_market(symbol=SYMBOL).to_dict()
            listing = {"kind": "list", "command_id": "list", "market": market}
            self._deliver(listing | {"symbol": SYMBOL, "accepted_at_ms": BEGAN_MS})
            for number in range(2):
                self._open(f"account{number}")
            for number in range(orders):
                self._order(number)
        return self.heard

    def _open(self, account_id: str) -> None:
        from zerodesk.accounts import deposit, open_account
        from zerodesk_aws.accounts import AccountJournal

        accounts = AccountJournal("journal")
        accounts.commit(account_id, lambda one: open_account(one.state, account_id))
        for currency in SYMBOL.split("-"):
            accounts.commit(
                account_id,
                lambda one, of=currency: deposit(one.state, of, of, 10**15),  # type: ignore[misc]
            )
            gate = {"account_id": {"S": account_id}, "order_id": {"S": currency}}
            shown = gate | {"status": {"S": "DONE"}, "placed_at_ms": {"N": str(BEGAN_MS)}}
            self.tables.call("PutItem", {"TableName": "orders", "Item": shown})

    def _order(self, number: int) -> None:
        from tests.simulation.traffic import http_event

        asked = {
            "client_order_id": f"n{number}",
            "symbol": SYMBOL,
            "side": "BUY" if number % 2 else "SELL",
            "type": "LIMIT",
            "quantity": "0.1",
            "price": "60000",
        }
        self.clock.at_ms += 100
        event = http_event("POST", "/v1/orders", f"account{number % 2}", asked)
        answer = self._invoke("order_intake", event)
        assert answer["statusCode"] == 201, answer
        if self._traded:
            self._invoke("settlement", {"symbol": SYMBOL})
            self._traded = False

    def _invoke(self, function: str, event: Document) -> Any:
        heard = Heard(function, self.clock.at_ms, json.loads(json.dumps(event)))
        self.heard.append(heard)
        self._running.append(heard)
        try:
            heard.answer = import_module(f"{function}.handler").handler(event, Context())
            return heard.answer
        finally:
            self._running.pop()

    def _answer(self, operation: str, body: bytes) -> Answer:
        running = self._running[-1] if self._running else None
        told = self._told(operation, json.loads(body))
        if running is not None:
            running.answers[operation, body].append(told)
        return told

    def _told(self, operation: str, asked: Document) -> Answer:
        if operation == "StartSyncExecution":
            output = self._workflow(json.loads(asked["input"]))
            return 200, _text({"status": "SUCCEEDED", "output": json.dumps(output)})
        if operation == "PutEvents":
            self._traded = any(one["DetailType"] == "TradesExecuted" for one in asked["Entries"])
            return 200, _text({"FailedEntryCount": 0, "Entries": []})
        try:
            return 200, _text(self.tables.call(operation, _with_bytes(asked)))
        except ClientError as refusal:
            said: Any = refusal.response
            code = {"__type": said["Error"]["Code"], "message": said["Error"]["Message"]}
            return 400, _text(code | ({"Item": said["Item"]} if "Item" in said else {}))

    def _workflow(self, order: Document) -> Document:
        key = {"TableName": "market", "Key": {"symbol": {"S": SYMBOL}}}
        shown = self.tables.call("GetItem", key)
        quote = self._invoke("pricing", {"order": order, "shown": shown})
        decision: Document = self._invoke("risk_check", {"order": order, "quote": quote})
        self._deliver(decision["command"])
        return decision

    def _deliver(self, command: Document) -> None:
        attributes = {
            "MessageGroupId": SYMBOL,
            "SentTimestamp": str(self.clock.at_ms),
            "ApproximateReceiveCount": "1",
        }
        record = {"messageId": "m", "body": json.dumps(command), "attributes": attributes}
        answer = self._invoke("matching", {"Records": [record]})
        assert answer == {"batchItemFailures": []}, answer


def _text(answer: Document) -> bytes:
    return json.dumps(answer, default=lambda data: b64encode(data).decode()).encode()


def _with_bytes(asked: Any) -> Any:
    """Return what was asked as a client takes it: binary as bytes."""
    if isinstance(asked, list):
        return [_with_bytes(one) for one in asked]
    if not isinstance(asked, dict):
        return asked
    return {
        name: b64decode(one) if name == "B" and isinstance(one, str) else _with_bytes(one)
        for name, one in asked.items()
    }


def replay(heard: list[Heard]) -> None:
    """Have one function hear its events again, and get the answers that it got."""
    clock, now = Clock(), heard[0]

    def answer(operation: str, body: bytes) -> Answer:
        return now.answers[operation, body].pop(0)

    with answered(answer, clock):
        for now in heard:
            clock.at_ms = now.at_ms
            answered_now = import_module(f"{now.function}.handler").handler(now.event, Context())
            assert answered_now == now.answer, (now.function, answered_now)


def run(what: str, *under: str) -> str:
    """Run a function of this module in a process of its own; return what it says of itself.

    In each the hashes of names are the same, and with them the order of sets.
    """
    script = f"from tests.benchmarks import handlers; handlers.{what}"
    environment = os.environ | SETTINGS | {"PYTHONHASHSEED": "0"}
    command = [*under, sys.executable, "-c", script]
    return subprocess.run(
        command,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ).stderr


def take_down(file: str, orders: int) -> None:
    """Play the way of orders, and keep what was heard in a file."""
    Path(file).write_bytes(pickle.dumps(Way().play(orders)))


def replay_file(file: str, function: str, count: int) -> None:
    """Replay what a file says, and end without taking all apart again."""
    replay(of_function(file, function)[:count])
    os._exit(0)


def of_function(file: str, function: str) -> list[Heard]:
    """Return the invocations of a function."""
    heard: list[Heard] = pickle.loads(Path(file).read_bytes())  # noqa: S301 - our own
    return [one for one in heard if one.function == function]


def instructions(file: str, function: str, count: int) -> int:
    """Return the instructions of a process in which a function hears so many of its events."""
    told = run(f"replay_file({file!r}, {function!r}, {count})", *COUNTING)
    found = REFERENCES.search(told)
    assert found is not None, told
    return int(found[1].replace(",", ""))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=20)
    parser.add_argument("--only", nargs="+", choices=FUNCTIONS, default=FUNCTIONS)
    asked = parser.parse_args()
    print("| function | million instructions an invocation | requests |\n|---|---|---|")
    with TemporaryDirectory() as folder:
        file = f"{folder}/heard"
        run(f"take_down({file!r}, {asked.orders + 2 * WARM_UP})")
        for function in asked.only:
            own = of_function(file, function)
            more = own[WARM_UP:]
            spent = instructions(file, function, len(own)) - instructions(file, function, WARM_UP)
            requests = sum(len(one) for each in more for one in each.answers.values())
            row = f"| {function} | {spent / len(more) / 1e6:.2f} | {requests / len(more):.1f} |"
            print(row, flush=True)


if __name__ == "__main__":
    # By its name: what is taken down here is read by processes that import this module.
    import_module("tests.benchmarks.handlers").main()
