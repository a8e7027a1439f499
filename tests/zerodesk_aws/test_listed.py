"""A market that is handed over is the one that the table reads."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.markets import a_market
from zerodesk_aws.tables.listed import listed_in, listed_of
from zerodesk_aws.tables.market_model import MarketItem

MARKET = a_market(symbol="BTC-USD").to_dict()
numbers = st.integers(0, 10**15)
maybe = st.none() | numbers
views = st.fixed_dictionaries(
    {
        "market": st.just(MARKET) | st.none(),
        "state": st.sampled_from(["OPEN", "HALTED", "CANCEL_ONLY", "DELISTED"]),
        "mark": st.fixed_dictionaries({"price_ticks": numbers, "at_ms": numbers}),
        "last": st.none() | st.fixed_dictionaries({"price_ticks": numbers}),
    },
    optional={
        "state_reason": st.text(),
        "state_by": st.text(),
        "stale_at_ms": maybe,
        "next_expiry_ms": maybe,
        "fundings": st.lists(st.tuples(numbers, maybe, maybe, maybe).map(list), max_size=3),
    },
)


@settings(max_examples=50, deadline=None)
@given(views, st.integers(1, 2**53))
def test_what_is_handed_over_is_what_pynamodb_reads(view: dict[str, Any], sequence: int) -> None:
    item = MarketItem("BTC-USD", view=view, book_sequence=sequence).serialize()
    read = MarketItem.from_raw_data(item)

    assert listed_in(json.loads(json.dumps(item))) == listed_of(read.view, int(read.book_sequence))


@pytest.mark.parametrize(
    ("attribute", "wrong"),
    [("view", {"M": {}}), ("view", None), ("book_sequence", {"S": "1"}), ("book_sequence", None)],
)
def test_an_item_that_is_none_of_the_table_is_not_guessed(attribute: str, wrong: Any) -> None:
    view = {"market": None}
    item = MarketItem("BTC-USD", view=view, book_sequence=1).serialize() | {attribute: wrong}
    if wrong is None:
        del item[attribute]

    with pytest.raises(KeyError):
        listed_in(item)
