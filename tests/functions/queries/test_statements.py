"""A statement is the account's journal, told in decimals, and its balances add up."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest

from tests.functions.gateway import Answered, Gateway
from zerodesk.times import iso_ms
from zerodesk_aws import accounts
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.cursors import Pages

START_MS = 1_764_000_000_000


@pytest.fixture
def traded(gateway: Gateway) -> Gateway:
    """Alice has opened, deposited, traded, settled and reserved a withdrawal: five records."""
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    gateway.settle()
    body = {"withdrawal_id": "rent", "currency": "USD", "amount": "10"}
    assert gateway.call("POST", "/v1/withdrawals", body).status == 201
    return gateway


def ask(gateway: Gateway, query: str = "", **caller: str) -> Answered:
    return gateway.call("GET", f"/v1/statement{query}", **caller)


def totals(balances: list[dict[str, str]]) -> dict[str, Decimal]:
    return {one["currency"]: Decimal(one["total"]) for one in balances}


def moved(records: list[dict[str, Any]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        for entry in record["entries"]:
            if entry["ledger_account"] in ("available", "held"):
                found[entry["currency"]] += Decimal(entry["amount"])
    return found


def test_a_statement_tells_every_record_with_its_cause_and_its_place(traded: Gateway) -> None:
    told = ask(traded).json
    records = list(AccountJournal("journal").read("alice"))
    assert (told["account_id"], told["stream"]) == ("alice", "account#alice")
    assert (told["from_sequence"], told["to_sequence"]) == (1, 5)
    assert [one["hash"] for one in told["records"]] == [record.hash for record in records]
    assert [one["sequence"] for one in told["records"]] == [1, 2, 3, 4, 5]
    causes = [one["cause"] for one in told["records"]]
    assert [cause["kind"] for cause in causes] == ["open", "deposit", "hold", "settle", "reserve"]
    assert causes[1] == {"kind": "deposit", "deposit_id": "d-USD"}
    assert causes[3] == {"kind": "settle", "book": "BTC-USD", "from": 1, "to": 3, "fills": 1}
    assert causes[4] == {"kind": "reserve", "withdrawal_id": "rent"}
    assert told["records"][4]["entries"] == [
        {"ledger_account": "available", "currency": "USD", "amount": "-10"},
        {"ledger_account": "held", "currency": "USD", "amount": "10"},
    ]


@pytest.mark.parametrize("query", ["", "?from_sequence=3", "?from_sequence=2&to_sequence=4"])
def test_opening_and_entries_make_closing_and_every_record_balances(
    traded: Gateway, query: str
) -> None:
    told = ask(traded, query).json
    closing, opening = totals(told["closing"]), totals(told["opening"])
    for currency, change in moved(told["records"]).items():
        assert opening.get(currency, 0) + change == closing[currency]
    for record in told["records"]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for entry in record["entries"]:
            sums[entry["currency"]] += Decimal(entry["amount"])
        assert not any(sums.values())


def test_a_stretch_of_sequences_has_the_balances_around_it(traded: Gateway) -> None:
    told = ask(traded, "?from_sequence=3&to_sequence=3").json
    assert [one["sequence"] for one in told["records"]] == [3]
    (opening,), (closing,) = told["opening"], told["closing"]
    assert (opening["available"], opening["held"]) == ("100000", "0")
    assert (closing["available"], closing["held"]) == ("69985", "30015")


def test_pages_follow_on_one_another_and_keep_their_closing(traded: Gateway) -> None:
    first = ask(traded, "?limit=2").json
    assert [one["sequence"] for one in first["records"]] == [1, 2]
    traded.deposit("alice", "BTC", "1")
    pages, cursor = [first], first["next_cursor"]
    while cursor is not None:
        pages.append(ask(traded, f"?limit=2&cursor={cursor}").json)
        cursor = pages[-1]["next_cursor"]
    sequences = [one["sequence"] for page in pages for one in page["records"]]
    assert sequences == [1, 2, 3, 4, 5], "what came after the first page is not in the statement"
    assert {str(page["closing"]) for page in pages} == {str(first["closing"])}
    assert {str(page["opening"]) for page in pages} == {"[]"}


@pytest.fixture
def hourly(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """Carol opens at the start and gets a deposit at each of the next four hours."""
    for hour in range(5):
        monkeypatch.setattr(accounts, "now_ms", lambda at=START_MS + hour * 3_600_000: at)
        if hour == 0:
            gateway.open("carol")
        else:
            body = {"deposit_id": f"d-{hour}", "currency": "USD", "amount": "1"}
            gateway.operator("POST", "/v1/accounts/carol/deposits", body)
    return gateway


def after_hours(hours: float) -> str:
    return iso_ms(START_MS + round(hours * 3_600_000))


@pytest.mark.parametrize(
    ("from_hours", "to_hours", "sequences"),
    [
        (None, 5, [1, 2, 3, 4, 5]),
        (0, 4, [1, 2, 3, 4]),
        (1, 3, [2, 3]),
        (0.5, 2.5, [2, 3]),
        (4, 9, [5]),
        (1.2, 1.8, []),
        (9, 10, []),
    ],
)
def test_a_stretch_of_time_begins_with_its_start_and_ends_before_its_end(
    hourly: Gateway, from_hours: float | None, to_hours: float, sequences: list[int]
) -> None:
    query = f"?to_time={after_hours(to_hours)}"
    if from_hours is not None:
        query += f"&from_time={after_hours(from_hours)}"
    told = ask(hourly, query, who="carol").json
    assert [one["sequence"] for one in told["records"]] == sequences
    if sequences:
        assert (told["from_sequence"], told["to_sequence"]) == (sequences[0], sequences[-1])
    else:
        assert (told["from_sequence"], told["opening"]) == (None, told["closing"])


def test_records_of_an_account_never_go_back_in_time(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.open("carol")
    monkeypatch.setattr(accounts, "now_ms", lambda: 1)
    gateway.deposit("carol", "USD", "1")
    first, second = AccountJournal("journal").read("carol")
    assert first.recorded_at_ms == second.recorded_at_ms > 1


@pytest.mark.parametrize(
    ("query", "field", "rule"),
    [
        ("?from_sequence=6", "from_sequence", "at most 5, the latest record"),
        ("?to_sequence=6", "to_sequence", "at most 5, the latest record"),
        ("?from_sequence=4&to_sequence=3", "to_sequence", "from_sequence or later"),
        ("?from_sequence=0", "from_sequence", "a whole number from 1 to 999999999"),
        ("?to_sequence=-1", "to_sequence", "a whole number from 1 to 999999999"),
        ("?from_sequence=1.5", "from_sequence", "a whole number from 1 to 999999999"),
        (
            "?from_time=2025-01-02T00:00:00Z&to_time=2025-01-02T00:00:00Z",
            "to_time",
            "after from_time",
        ),
        ("?from_time=2999-01-01T00:00:00Z", "from_time", "not in the future"),
        ("?to_time=2999-01-01T00:00:00Z", "to_time", "not in the future"),
        ("?from_time=2025-01-01", "from_time", "UTC as 2026-11-21T07:00:00.000Z"),
        ("?from_sequence=1&to_time=2025-01-01T00:00:00Z", "to_time", "absent where a sequence"),
        ("?limit=501", "limit", "a whole number from 1 to 500"),
        ("?cursor=abc", "cursor", "the next_cursor of the page before"),
    ],
)
def test_an_impossible_stretch_is_refused_by_field_and_rule(
    traded: Gateway, query: str, field: str, rule: str
) -> None:
    answer = ask(traded, query)
    assert (answer.status, answer.code) == (400, "INTAKE_BAD_VALUE")
    assert answer.json["field"] == field
    assert answer.json["rule"].startswith(rule)


def test_a_cursor_of_another_stretch_is_refused(traded: Gateway) -> None:
    cursor = ask(traded, "?limit=1").json["next_cursor"]
    answer = ask(traded, f"?limit=1&from_sequence=2&cursor={cursor}")
    assert (answer.status, answer.json["field"]) == (400, "cursor")


@pytest.mark.parametrize(("at", "last"), [(0, -7), (10**12, 5), (0, 10**12), (4, 0)])
def test_a_cursor_that_is_made_up_leads_nowhere_outside_the_stretch(
    traded: Gateway, at: int, last: int
) -> None:
    pages = Pages(int, "statement", "alice", "3", "4", "None", "None")
    query = f"?from_sequence=3&to_sequence=4&cursor={pages.cursor(at, last)}"
    answer = ask(traded, query)
    assert answer.status == 200
    assert {one["sequence"] for one in answer.json["records"]} <= {3, 4}


def test_an_operator_reads_every_account_and_a_trader_its_own(traded: Gateway) -> None:
    address = "/v1/accounts/alice/statement"
    own = ask(traded).json
    assert traded.operator("GET", address).json == own
    assert traded.call("GET", address, who="alice").json == own
    others = [
        traded.call("GET", address, who="bob"),
        traded.call("GET", "/v1/accounts/nobody/statement", who="bob"),
        traded.operator("GET", "/v1/accounts/nobody/statement"),
    ]
    assert [(one.status, one.code) for one in others] == [(404, "NOT_FOUND")] * 3
    assert others[0].json == others[1].json, "what is another's looks like what is not there"
