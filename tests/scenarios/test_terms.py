"""Every pair of terms of an order, and every term in every state of a market, is in a scenario."""

from itertools import product

from tests.scenarios.terms import ALL, decided, pairs, states_of_terms
from zerodesk.instruments import TradingState


def test_any_two_terms_of_an_order_are_in_a_scenario() -> None:
    assert sorted(sorted(pair) for pair in pairs() - decided().keys()) == []


def test_every_term_comes_to_a_market_in_each_of_its_states() -> None:
    wanted = set(product(ALL, (state.value for state in TradingState)))
    assert sorted(wanted - states_of_terms()) == []
