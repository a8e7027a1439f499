"""The benchmark of the durable path counts what was written, and all of the cores' time."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.cloud import CommandQueue
from tests.benchmarks.durable.drain import Drain, Spent, recorded
from tests.benchmarks.durable.intake import ACCOUNTS_A_SIDE, ORDERS_MAX, Trading, rounds
from tests.benchmarks.durable.report import print_all, shares
from tests.benchmarks.path.cpu import CLOUD, Cores
from tests.benchmarks.units import Units
from tests.benchmarks.written import Writes, units_of
from zerodesk.limits import MAX_OPEN_ORDERS
from zerodesk.orders import Side

BODY = "MTIzNDU2Nw=="


def a_line(table: str, before: dict[str, Any], after: dict[str, Any], at_ms: int = 0) -> str:
    said = {"at_ms": at_ms, "table": f"zerodesk-local-{table}", "before": before, "after": after}
    return f"{json.dumps(said)}\n"


def a_record(stream: str, sequence: int = 1) -> dict[str, Any]:
    return {"stream": {"S": stream}, "sequence": {"N": str(sequence)}, "body": {"B": BODY}}


def a_drain(**changes: Any) -> Drain:
    terms: dict[str, Any] = {
        "symbols": 1,
        "batch": 10,
        "orders": 40,
        "commands": 40,
        "recorded_at_ms": {"book#A-USD": [0, 100, 200, 300]},
        "spent": Spent(Counter({CLOUD: 100}), Cores(300, 100)),
        "cpu_ms": Counter({CLOUD: 400}),
        "handler_ms": [80.0],
        "processes_started": 0,
        "taking_in": Units(),
        "behind": Units(),
    }
    return Drain(**(terms | changes))


def test_a_book_has_a_record_more_only_by_a_put_at_an_empty_place(tmp_path: Path) -> None:
    log = tmp_path / "writes.log"
    lost = a_record("book#A-USD")
    log.write_text(
        a_line("journal", {}, a_record("book#A-USD"), at_ms=5)
        + a_line("journal", lost, lost, at_ms=6)
        + a_line("journal", {}, a_record("account#a"), at_ms=7)
        + a_line("orders", {}, {"order_id": {"S": "o-1"}}, at_ms=8)
        + a_line("journal", {}, a_record("book#B-USD"), at_ms=9)
    )
    assert recorded(Writes(log).taken()) == {"book#A-USD": [5], "book#B-USD": [9]}


def test_a_put_that_lost_its_race_costs_as_much_as_one_that_won(tmp_path: Path) -> None:
    log = tmp_path / "writes.log"
    record = a_record("book#A-USD")
    log.write_text(a_line("journal", {}, record) + a_line("journal", record, record))
    units = units_of(Writes(log).taken())
    assert units.units == {"journal": 2}
    # The body counts as the seven bytes that it is, not as their base64.
    assert units.bytes["journal"] == 2 * (len("streambook#A-USDsequencebody") + 2 + 7)


def test_a_half_written_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "writes.log"
    line = a_line("orders", {}, {"order_id": {"S": "o-1"}}, at_ms=8)
    log.write_text(line[:20])
    writes = Writes(log)
    assert not writes.taken()
    with log.open("a") as file:
        file.write(line[20:])
    assert [one.at_ms for one in writes.taken()] == [8]


@pytest.mark.parametrize("orders", [20, 26, 100, ORDERS_MAX])
def test_each_market_gets_its_orders_half_of_them_sells(orders: int) -> None:
    markets = [Trading("A-USD", {}), Trading("B-USD", {})]
    sent: Counter[tuple[str, Side]] = Counter()
    for one in rounds(markets, orders):
        sent[one.trading.symbol, one.side] += one.orders
    assert sent == {(one.symbol, side): orders // 2 for one in markets for side in Side}


def test_no_account_has_more_open_orders_than_it_may() -> None:
    held: Counter[tuple[Side, int]] = Counter()
    for one in rounds([Trading("A-USD", {})], ORDERS_MAX):
        held[one.side, one.account] += one.orders
    assert len(held) == 2 * ACCOUNTS_A_SIDE
    assert max(held.values()) <= MAX_OPEN_ORDERS


def test_all_of_the_cores_time_is_somebody_s() -> None:
    matching = {"zerodesk-local-matching": 50}
    drain = a_drain(spent=Spent(Counter({CLOUD: 100} | matching), Cores(300, 100)))
    assert shares(drain) == {
        CLOUD: "25",
        "matching": "12",
        "settlement": "0",
        "other functions": "0",
        "other work": "38",
        "idle": "25",
    }


def test_a_row_stands_in_each_table_for_each_drain(capsys: pytest.CaptureFixture[str]) -> None:
    print_all([a_drain(), a_drain(symbols=2, batch=5)])
    rows = [one for one in capsys.readouterr().out.splitlines() if one.startswith("| ")]
    assert [one.startswith(("| 1 | 10 |", "| 2 | 5 |")) for one in rows] == [
        False,
        True,
        True,
    ] * 5


class Mappings:
    """What Lambda knows of its event sources, and what it is asked to change."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []

    def client(self, _service: str) -> "Mappings":
        return self

    def list_event_source_mappings(self) -> dict[str, Any]:
        arns = {
            "one": "arn:aws:sqs:us-east-1:1:zerodesk-commands.fifo",
            "two": "arn:aws:sqs:us-east-1:1:other",
        }
        return {
            "EventSourceMappings": [
                {"UUID": uuid, "EventSourceArn": arn} for uuid, arn in arns.items()
            ]
        }

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - AWS's own name
        return {"QueueUrl": f"http://sqs/{QueueName}"}

    def update_event_source_mapping(self, **change: Any) -> None:
        self.changes.append(change)


def test_a_queue_is_opened_again_when_something_fails_while_it_is_held_back() -> None:
    mappings: Any = Mappings()
    with pytest.raises(ZeroDivisionError), CommandQueue(mappings).held_back():
        raise ZeroDivisionError
    assert mappings.changes == [
        {"UUID": "one", "Enabled": False},
        {"UUID": "one", "Enabled": True},
    ]


def test_a_bound_of_a_batch_comes_into_force_when_the_queue_opens() -> None:
    mappings: Any = Mappings()
    CommandQueue(mappings).open(5)
    assert mappings.changes == [{"UUID": "one", "Enabled": True, "BatchSize": 5}]
