"""The typed client and the real handlers mean the same by every word about money."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import httpx
import pytest

from tests.functions.gateway import Gateway
from zerodesk_aws.house import House
from zerodesk_aws.journal import Journal
from zerodesk_client.api import ApiProblem, Client

BASE = "https://venue.test"

ClientOf = Callable[[str], Client]


@pytest.fixture
def client_of(gateway: Gateway) -> ClientOf:
    """Return what gives the client of an account; ``operator`` is the operator's."""

    def answer(request: httpx.Request) -> httpx.Response:
        who = request.headers["Authorization"].removeprefix("Bearer ")
        role = "operator" if who == "operator" else "trader"
        address = str(request.url).removeprefix(BASE)
        answered = gateway.call(
            request.method, address, raw=request.content.decode(), who=who, role=role
        )
        return httpx.Response(answered.status, text=answered.text, headers=answered.headers)

    http = httpx.Client(transport=httpx.MockTransport(answer))
    return lambda who: Client(BASE, who, http=http)


def test_a_withdrawal_is_reserved_listed_posted_and_shown(client_of: ClientOf) -> None:
    alice, operator = client_of("alice"), client_of("operator")
    asked = alice.withdraw("rent", "USD", Decimal("40.5"))
    assert (asked.status, asked.amount, asked.rejection) == ("RESERVED", Decimal("40.5"), None)
    assert operator.reserved_withdrawals("alice") == (asked,)
    posted = operator.post_withdrawal("alice", "rent")
    assert posted.status == "POSTED"
    assert alice.withdrawal("rent") == posted
    with pytest.raises(ApiProblem) as late:
        operator.void_withdrawal("alice", "rent")
    assert (late.value.status, late.value.code) == (409, "WITHDRAWAL_NOT_RESERVED")


def test_a_refusal_is_a_problem_and_stands_on_record(client_of: ClientOf) -> None:
    alice = client_of("alice")
    with pytest.raises(ApiProblem) as refused:
        alice.withdraw("rent", "USD", Decimal(100_001))
    assert refused.value.code == "LEDGER_INSUFFICIENT_BALANCE"
    rejection = alice.withdrawal("rent").rejection
    assert rejection is not None
    assert (rejection.have, rejection.need) == ("100000", "100001")


def test_a_transfer_arrives_and_both_statements_tell_of_it(client_of: ClientOf) -> None:
    alice, bob = client_of("alice"), client_of("bob")
    sent = alice.transfer("gift", "bob", "USD", Decimal(250))
    assert (sent.status, sent.to_account_id) == ("SETTLED", "bob")
    assert alice.sent_transfer("gift") == sent
    told = bob.statement(from_sequence=3)
    (record,) = told.records
    assert record.cause == {"kind": "receive", "transfer_id": "gift", "from_account_id": "alice"}
    assert sum(entry.amount for entry in record.entries) == 0
    assert [row.total for row in told.closing if row.currency == "USD"] == [Decimal(250)]
    assert client_of("operator").statement("bob", from_sequence=3) == told


def test_a_statement_of_time_is_paged(client_of: ClientOf) -> None:
    alice = client_of("alice")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    first = alice.statement(from_time=since, limit=1)
    rest = alice.statement(from_time=since, cursor=first.next_cursor)
    assert [record.sequence for page in (first, rest) for record in page.records] == [1, 2]
    assert (rest.opening, rest.closing, rest.next_cursor) == (first.opening, first.closing, None)


def test_a_deposit_is_reversed_by_its_sequence_and_hash(client_of: ClientOf) -> None:
    operator = client_of("operator")
    deposit = operator.statement("alice", from_sequence=2).records[0]
    reversal = operator.reverse("alice", 2, "a typo", record_hash=deposit.hash)
    assert (reversal.reversal_sequence, reversal.hash) == (3, deposit.hash)
    assert operator.reverse("alice", 2, "a typo") == reversal
    assert [row.total for row in reversal.balances] == [Decimal(0)]


def test_the_house_shows_what_was_swept(client_of: ClientOf, gateway: Gateway) -> None:
    gateway.place("bob", "ask", "SELL", quantity="0.5")
    gateway.place("alice", "bid", "BUY", quantity="0.5")
    House(Journal("journal")).sweep("BTC-USD", "USD", before_ms=2**53)
    (balance,) = client_of("operator").house()
    assert (balance.currency, balance.balance) == ("USD", Decimal(21))
    assert [(one.symbol, one.book_sequence) for one in balance.swept] == [("BTC-USD", 3)]
