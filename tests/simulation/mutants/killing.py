"""Bugs in kill switches."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

BOOK: Final = f"{DOMAIN}/matching"
CLAIMS: Final = "tests/zerodesk/matching/test_clearing.py"
SWITCHES: Final = "tests/functions/back_office/test_kills.py"

MUTANTS: Final = (
    Mutant(
        "risk check knows no kill switch",
        "The book is halted, so it refuses what comes.",
        f"{DOMAIN}/risk/chain.py",
        "    margin_covers_positions,\n    no_kill_switch_is_on,\n)",
        "    margin_covers_positions,\n)",
        claim=f"{SWITCHES}::test_no_order_passes_the_risk_check_and_the_refusal_says_which_switch",
    ),
    Mutant(
        "books are not told of a kill switch",
        "No new order passes the risk check, so the book may go on.",
        "functions/back_office/kills.py",
        "            self._queue.send(clearing_command(symbol, kill, now_ms()))\n",
        "            pass\n",
        claim=f"{SWITCHES}::test_a_market_is_halted_its_orders_are_cancelled_and_who_did_it_is_shown",
    ),
    Mutant(
        "a kill leaves the orders",
        "A market that is halted trades nothing.",
        f"{RUNTIME}/kills.py",
        "        clears=True,\n",
        "        clears=False,\n",
        claim=f"{SWITCHES}::test_a_market_is_halted_its_orders_are_cancelled_and_who_did_it_is_shown",
    ),
    Mutant(
        "killed account keeps its orders",
        "It places no more, so it may end what it has.",
        "functions/back_office/kills.py",
        "        if is_on is not None:\n            self._accounts.cancel(",
        "        if is_on is None:\n            self._accounts.cancel(",
        claim=f"{SWITCHES}::test_a_killed_account_has_all_its_orders_cancelled_and_places_no_more",
    ),
    Mutant(
        "account's kill switch not looked at",
        "The venue's limits are read at each try.",
        "functions/risk_check/surroundings.py",
        "            kills=venue.kills(symbol) | own_kill(state),\n",
        "            kills=venue.kills(symbol),\n",
        claim=f"{SWITCHES}::test_a_killed_account_has_all_its_orders_cancelled_and_places_no_more",
    ),
    Mutant(
        "a delisted market may be opened",
        "A market is opened by its state.",
        f"{BOOK}/control.py",
        "state.market is None or state.trading_state == TradingState.DELISTED\n",
        "state.market is None\n",
        claim="tests/zerodesk/matching/test_market_terms.py::test_a_delisting_is_for_good",
    ),
    Mutant(
        "tick of a market changed",
        "What a listing says may be said again.",
        f"{DOMAIN}/listings.py",
        "        if name not in CHANGEABLE:\n",
        "        if name not in market.to_dict():\n",
        claim="tests/zerodesk/matching/test_market_terms.py::"
        "test_what_prices_and_quantities_are_counted_by_stays_for_good",
    ),
    Mutant(
        "a killed market may be opened",
        "Whoever opens a market knows why.",
        "functions/back_office/trading_states.py",
        "        if asked.state is not TradingState.HALTED:\n",
        "        if asked.state is TradingState.AUCTION:\n",
        claim=f"{SWITCHES}::test_a_market_stays_halted_until_its_switch_is_off_and_somebody_opens_it",
    ),
    Mutant(
        "a lost kill is not sent again",
        "The operator sees that the market is open.",
        "functions/sweeper/books.py",
        "        if shown is not None and kills:\n",
        "        if shown is None and kills:\n",
        claim="tests/functions/sweeper/test_sweeper.py::"
        "test_a_book_that_a_kill_switch_did_not_reach_is_halted_and_cleared",
    ),
    Mutant(
        "a clearing ends with its record",
        "Only takers and auctions are continued.",
        f"{BOOK}/state.py",
        "            or bool(self.clearing)\n",
        "",
        claim=f"{CLAIMS}::test_a_clearing_goes_on_without_another_command",
    ),
    Mutant(
        "a clearing not taken back",
        "A lost race takes back what the orders did.",
        f"{BOOK}/draft.py",
        '    "clearing",\n    "positions",\n    "settling",\n',
        '    "positions",\n    "settling",\n',
        claim=f"{CLAIMS}::test_clearing_that_is_taken_back_leaves_every_order_in_its_place",
    ),
)
