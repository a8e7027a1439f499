"""Each of the fifteen invariants can fail: what it watches over is broken by hand, and it says so.

One run is played and found whole. Then each test changes one thing that stands in it, in the
journal, in an item, in the bucket or in what a client was told, and asks again.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from tests.simulation import remembered, seam
from zerodesk.codec import record_hash, record_text
from zerodesk.rows import expand

if TYPE_CHECKING:
    from tests.simulation.run import Result

SEED, LIVES = 2, 120
Body = dict[str, Any]


@pytest.fixture(scope="module")
def whole() -> Iterator["Result"]:
    """Return a run in two regions, with everything in it that invariants look at."""
    with seam.installed():
        from tests.simulation.bounds import Bounds
        from tests.simulation.faults import Script
        from tests.simulation.run import simulate
        from tests.simulation.traffic import draw

        bounds = Bounds(
            fills_per_record=1,
            anchor_every=3,
            records_per_sweep=3,
            fees_wait_ms=0,
            reserved_ms=20_000,
        )
        result = simulate(SEED, draw(SEED, LIVES), Script(), bounds=bounds)
        assert result.violations == ()
        yield result


class Journal:
    """The journal of a run, to be changed and given back."""

    def __init__(self, result: "Result") -> None:
        self._table = result.world.dynamodb.tables["journal"]

    def find(self, prefix: str, fits: Callable[[Body], Any]) -> tuple[str, int]:
        """Return the first record of a stream, by its name's beginning, whose body fits."""
        for stream, partition in sorted(self._table.partitions.items()):
            if stream.startswith(prefix):
                for sequence in partition.keys:
                    if fits(body_of(partition.items[sequence])):
                        return stream, sequence
        raise LookupError(prefix)

    def change(self, place: tuple[str, int], how: Callable[[Body], None], **head: str) -> None:
        """Change a record, and chain all behind it anew, so that only what it says is wrong."""
        stream, first = place
        partition = self._table.partitions[stream]
        previous: str | None = None
        for sequence in partition.keys[first - 1 :]:
            item, body = dict(partition.items[sequence]), body_of(partition.items[sequence])
            if sequence == first:
                how(body)
                item |= {name: {"N": value} for name, value in head.items()}
            if previous is not None:
                item["previous_hash"] = {"S": previous}
            text = record_text(body)
            previous = record_hash(
                stream,
                sequence,
                item["previous_hash"]["S"],
                text,
                epoch=int(item["epoch"]["N"]),
                code_version=item["code_version"]["S"],
                recorded_at_ms=int(item["recorded_at_ms"]["N"]),
            )
            item |= {"hash": {"S": previous}, "body": {"B": zlib.compress(text)}}
            partition.items[sequence] = item


def body_of(item: Any) -> Body:
    return expand(json.loads(zlib.decompress(item["body"]["B"])))


@pytest.fixture
def run(whole: "Result") -> Iterator["Result"]:
    """Return the run, to be changed: afterwards tables, bucket and facts are as before."""
    world = whole.world
    tables, objects = world.dynamodb.tables, dict(world.bucket.objects)
    world.dynamodb.tables = {name: table.copy() for name, table in tables.items()}
    appended_in, announced = dict(world.appended_in), list(world.announced)
    errands, orders = list(whole.heard.errands), list(whole.heard.orders)
    yield whole
    world.dynamodb.tables, world.bucket.objects = tables, objects
    world.appended_in, world.announced = appended_in, announced
    whole.heard.errands, whole.heard.orders = errands, orders


@pytest.fixture
def journal(run: "Result") -> Journal:
    return Journal(run)


def broken(result: "Result") -> set[int]:
    """Return the numbers of the invariants that do not hold."""
    from tests.simulation.invariants import check

    violations = check(result.world, result.heard, result.rung_ms)
    return {
        int(one.invariant.partition(".")[0]) for one in violations if one.invariant[0].isdigit()
    }


def kind_is(kind: str) -> Callable[[Body], bool]:
    return lambda body: body["cause"]["kind"] == kind


def has_fills(body: Body) -> bool:
    return any(event["type"] == "TradeExecuted" for event in body["events"])


def item_of(result: "Result", kind: str, status: str) -> tuple[Any, Any]:
    """Return the partition and the key of an item of a kind in a status."""
    for partition in result.world.dynamodb.tables["orders"].partitions.values():
        for key, item in partition.items.items():
            if (item["kind"]["S"], item["status"]["S"]) == (kind, status):
                return partition, key
    raise LookupError(kind)


def show(result: "Result", kind: str, status: str, shown: str) -> None:
    """Let an item show another status."""
    partition, key = item_of(result, kind, status)
    partition.items[key] = partition.items[key] | {"status": {"S": shown}}


def test_1_entries_that_do_not_sum_to_zero(run: "Result", journal: Journal) -> None:
    place = journal.find("account#", kind_is("deposit"))
    journal.change(place, lambda body: body["entries"][0].__setitem__(2, 1))
    assert 1 in broken(run)


def test_2_a_transfer_that_arrives_smaller_than_it_was_sent(
    run: "Result", journal: Journal
) -> None:
    def shrink(body: Body) -> None:
        for entry in body["entries"]:
            entry[2] //= 2

    journal.change(journal.find("account#", kind_is("receive")), shrink)
    assert 2 in broken(run)


def test_3_a_hold_that_no_book_needs(run: "Result", journal: Journal) -> None:
    stream, _ = journal.find("account#", kind_is("hold"))
    last = run.world.dynamodb.tables["journal"].partitions[stream].keys[-1]
    held = {"currency": "USD", "held_minor": 5, "command": {"command_id": "o"}}

    def keep(body: Body) -> None:
        if "state" in body:
            body["state"]["holds"]["o"] = held
        else:
            body["delta"].setdefault("in", {}).setdefault("holds", {})["put"] = {"o": held}

    journal.change((stream, last), keep)
    assert 3 in broken(run)


def test_4_an_item_of_money_that_no_account_has(run: "Result") -> None:
    partition, key = item_of(run, "deposit", "DONE")
    request = json.loads(partition.items[key]["request"]["S"])
    request["amount_minor"] += 1
    partition.items[key] = partition.items[key] | {"request": {"S": json.dumps(request)}}
    assert 4 in broken(run)


def test_4_a_position_that_its_fills_do_not_make(run: "Result", journal: Journal) -> None:
    def shift(body: Body) -> None:
        place = body["state"] if "state" in body else body["delta"]
        [row] = found_rows(place)
        row[1] += 1

    place = journal.find(
        "account#", lambda body: kind_is("settle")(body) and len(found_rows(body)) == 1
    )
    journal.change(place, shift)
    assert 4 in broken(run)


def found_rows(told: Any) -> list[list[int]]:
    """Return the rows of positions that a record, or a part of it, tells."""
    if not isinstance(told, dict):
        return []
    rows = [row for row in told.get("positions", {}).values() if isinstance(row, list)]
    changed = told.get("positions", {})
    rows += [row for row in changed.get("put", {}).values() if isinstance(row, list)]
    return rows + [row for value in told.values() for row in found_rows(value)]


def test_5_a_withdrawal_that_was_acknowledged_and_is_not_on_record(run: "Result") -> None:
    asked, answered = next(
        (asked, answered)
        for asked, answered in run.heard.errands
        if asked.kind == "withdrawal" and answered.status == 201
    )
    run.heard.errands.append((replace(asked, subject="withdrawal#never"), answered))
    assert 5 in broken(run)


def test_6_an_account_that_is_overdrawn(run: "Result", journal: Journal) -> None:
    place = journal.find("account#", lambda body: "state" in body and body["state"]["available"])
    journal.change(place, lambda body: body["state"]["available"].update(USD=-1))
    assert 6 in broken(run)


def test_6_an_order_held_for_an_account_that_is_limited_to_less(
    run: "Result", journal: Journal
) -> None:
    def limit(body: Body) -> None:
        terms = {
            "status": "ACTIVE",
            "verification_level": 1,
            "group": None,
            "limits": {"order_notional_minor": {"USD": 1}},
        }
        if "state" in body:
            body["state"]["terms"] = terms
        else:
            body["delta"].setdefault("put", {})["terms"] = terms

    stream, sequence = journal.find("account#", kind_is("hold"))
    assert 6 not in broken(run)
    journal.change((stream, sequence - 1), limit)
    assert 6 in broken(run)


def test_4_an_order_held_at_other_rates_than_its_tier_s(run: "Result", journal: Journal) -> None:
    def cheaper(body: Body) -> None:
        order_id = body["cause"]["order_id"]
        body["state"]["holds"][order_id]["command"]["maker_bps"] -= 1

    def of_an_order(body: Body) -> bool:
        return body["cause"]["kind"] == "hold" and "amends" not in body["cause"] and "state" in body

    journal.change(journal.find("account#", of_an_order), cheaper)
    assert 4 in broken(run)


def test_4_a_turnover_that_is_not_what_was_traded(run: "Result", journal: Journal) -> None:
    def has_turnover(body: Body) -> bool:
        return body["cause"]["kind"] == "settle" and bool(body.get("state", {}).get("turnover"))

    def more(body: Body) -> None:
        days = body["state"]["turnover"]["USD"]
        days[next(iter(days))] += 1

    journal.change(journal.find("account#", has_turnover), more)
    assert 4 in broken(run)


def test_7_a_house_that_has_more_than_it_was_given(run: "Result", journal: Journal) -> None:
    stream, _ = journal.find("house#", kind_is("sweep"))
    last = run.world.dynamodb.tables["journal"].partitions[stream].keys[-1]
    journal.change(
        (stream, last),
        lambda body: body["state"].update(balance_minor=body["state"]["balance_minor"] + 1),
    )
    assert {7, 14} <= broken(run)


def test_8_an_order_that_executes_beyond_its_limit(run: "Result", journal: Journal) -> None:
    def worse(body: Body) -> None:
        for event in body["events"]:
            if event["type"] == "TradeExecuted":
                event["price_ticks"] *= 2

    journal.change(journal.find("book#", has_fills), worse)
    assert 8 in broken(run)


def test_9_a_record_of_an_older_epoch_behind_a_takeover(run: "Result", journal: Journal) -> None:
    stream, sequence = journal.find("book#", lambda body: "takeover" in body)
    journal.change((stream, sequence + 1), lambda _: None, epoch="1")
    assert 9 in broken(run)


def test_9_a_record_that_a_zombie_writes_in_the_new_epoch(run: "Result", journal: Journal) -> None:
    from tests.simulation.regions import REGIONS

    stream, sequence = journal.find("book#", lambda body: "takeover" in body)
    writer = run.world.appended_in[stream, sequence + 1]
    (other,) = set(REGIONS) - {writer}
    run.world.appended_in[stream, sequence + 1] = other
    assert broken(run) == {9}


def test_10_a_record_that_is_gone(run: "Result") -> None:
    partitions = run.world.dynamodb.tables["journal"].partitions
    partition = partitions["account#alice"]
    del partition.items[partition.keys.pop(3)]
    assert 10 in broken(run)


def test_10_an_archive_with_a_gap(run: "Result") -> None:
    key = next(key for key in run.world.bucket.objects if key.endswith(".jsonl.gz"))
    del run.world.bucket.objects[key]
    assert broken(run) == {10}


def test_11_a_process_that_has_another_book(run: "Result") -> None:
    from tests.simulation.invariants import Evidence

    evidence = Evidence(run.world, run.heard, run.rung_ms)
    _, _, live = next(one for one in evidence.live if one[2].book.time_ms)
    live.book._state.trades += 1
    try:
        assert broken(run) == {11}
    finally:
        live.book._state.trades -= 1


def test_11_a_snapshot_that_is_not_the_fold(run: "Result") -> None:
    partitions = run.world.dynamodb.tables["snapshots"].partitions
    partition, key = next(
        (partition, key)
        for stream, partition in partitions.items()
        for key in partition.keys
        if (stream, key) not in run.world.damaged
    )
    data = zlib.compress(b'{"symbol":"BTC-USD"}')
    partition.items[key] = partition.items[key] | {"data": {"B": data}}
    assert broken(run) == {11}


def test_a_reader_that_changes_what_others_read_is_a_defect(run: "Result") -> None:
    from tests.simulation.invariants import check
    from zerodesk_aws import journal

    def defects() -> list[str]:
        return [one.detail for one in check(run.world, run.heard, run.rung_ms)]

    partition = run.world.dynamodb.tables["journal"].partitions["account#alice"]
    del journal._verified(partition.items[2]).body["cause"]
    assert defects() == ["a reader changed account#alice 2"]
    remembered.begin()
    assert defects() == []


def test_12_an_item_that_shows_what_is_not_so(run: "Result") -> None:
    show(run, "withdrawal", "POSTED", "VOIDED")
    assert 12 in broken(run)


def test_13_a_stretch_of_fees_that_is_swept_twice(run: "Result", journal: Journal) -> None:
    place = journal.find("house#", lambda body: body["cause"]["from"] > 1)
    journal.change(place, lambda body: body["cause"].update({"from": 1}))
    assert 13 in broken(run)


def test_13_a_posting_that_no_account_has(run: "Result", journal: Journal) -> None:
    place = journal.find("account#", lambda body: body["cause"].get("to", 0) > 3)
    journal.change(place, lambda body: body["cause"].update(to=body["cause"]["to"] - 1))
    assert 13 in broken(run)


def test_14_a_change_without_its_cause(run: "Result", journal: Journal) -> None:
    place = journal.find("account#", kind_is("post"))
    journal.change(place, lambda body: body["cause"].update(kind="note"))
    assert 14 in broken(run)


def test_14_a_statement_that_leaves_a_record_out(run: "Result") -> None:
    number, (asked, answered) = next(
        (number, one) for number, one in enumerate(run.heard.errands) if one[0].kind == "statement"
    )
    rows = [row for row in answered.json["records"] if row["cause"]["kind"] != "deposit"]
    shorter = replace(answered, json=answered.json | {"records": rows})
    run.heard.errands[number] = (asked, shorter)
    assert broken(run) == {14}


def test_14_news_of_what_is_not_on_record(run: "Result") -> None:
    at_ms, entry = next(one for one in run.world.announced if one[1]["DetailType"] == "OrderOpened")
    facts = json.loads(entry["Detail"]) | {"order_id": "never-heard-of"}
    run.world.announced.append((at_ms, entry | {"Detail": json.dumps(facts)}))
    assert broken(run) == {14}


@pytest.mark.parametrize("kind", ["DepositCredited", "WithdrawalPosted", "TransferReceived"])
def test_14_money_that_moved_and_nobody_was_told(run: "Result", kind: str) -> None:
    told = run.world.announced
    run.world.announced = [one for one in told if one[1]["DetailType"] != kind]
    assert len(run.world.announced) < len(told)
    assert broken(run) == {14}


def test_15_a_withdrawal_that_stays_reserved(run: "Result") -> None:
    show(run, "withdrawal", "VOIDED", "RESERVED")
    assert 15 in broken(run)


def test_15_fees_that_nobody_sweeps(run: "Result") -> None:
    partitions = run.world.dynamodb.tables["journal"].partitions
    for stream in [name for name in partitions if name.startswith("house#")]:
        del partitions[stream]
    assert 15 in broken(run)
