"""An operator has this region take a book over, once per epoch."""

import pytest

from matching import handler as matching
from tests.functions.gateway import Gateway
from zerodesk_aws.books import Books
from zerodesk_aws.journal import Journal

PATH = "/v1/markets/BTC-USD/takeover"
REASON = {"reason": "the other region is dead"}


def epochs() -> list[int]:
    return [record.epoch for record in Journal("journal").read("book#BTC-USD")]


def test_a_book_comes_here_and_a_repeat_of_the_message_changes_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = Books("journal", region="eu-west-1", home="")
    there.take_over("BTC-USD")
    here = Books("journal", region="us-east-1", home="us-east-1")
    monkeypatch.setattr(matching, "books", here)
    before = epochs()
    answer = gateway.operator("POST", PATH, REASON)
    assert (answer.status, answer.json) == (202, {"symbol": "BTC-USD", "from_epoch": 2})
    assert epochs() == [*before, 3]
    there.take_over("BTC-USD")
    told = gateway.sent[-1]
    assert here.take_over(told["symbol"], told["from_epoch"]) == []
    assert epochs() == [*before, 3, 4]


def test_a_book_that_is_at_home_here_stays_as_it_is(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matching, "books", Books("journal", region="us-east-1", home="us-east-1"))
    before = epochs()
    assert gateway.operator("POST", PATH, REASON).status == 202
    assert epochs() == before


def test_who_may_not_and_what_is_not_there_is_refused(gateway: Gateway) -> None:
    assert gateway.call("POST", PATH, REASON).code == "FORBIDDEN"
    assert gateway.operator("POST", "/v1/markets/XRP-USD/takeover", REASON).code == "NOT_FOUND"
    assert gateway.operator("POST", PATH, {}).code == "INTAKE_MISSING_FIELD"
