"""Bugs in the breakers that stop a market or an account by themselves."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

BOOK: Final = f"{DOMAIN}/matching"
CLAIMS: Final = "tests/zerodesk/matching/test_staleness.py"
LOSSES: Final = "tests/zerodesk/risk/test_loss.py"
SWEEPS: Final = "tests/functions/sweeper/test_sweeper.py"

MUTANTS: Final = (
    Mutant(
        "orders trade on a stale mark",
        "The sweeper stops a book whose mark is stale, within a minute.",
        f"{BOOK}/decide.py",
        "                and time_ms <= state.stale_at_ms\n",
        "",
    ),
    Mutant(
        "an auction opens the market on a stale mark",
        "The next command stops the market.",
        f"{BOOK}/control.py",
        '    staleness.stop_if_stale(state, draft, command["command_id"])\n',
        "",
        claim=f"{CLAIMS}::"
        "test_an_auction_that_ends_on_a_stale_mark_stops_the_market_in_its_own_record",
    ),
    Mutant(
        "a fresh mark undoes any halt",
        "The price is back, so the market may open.",
        f"{BOOK}/staleness.py",
        "    is_ours = state.trading_state == TradingState.CANCEL_ONLY and state.state_by == BY_MARK\n",
        "    is_ours = state.trading_state == TradingState.CANCEL_ONLY\n",
        claim=f"{CLAIMS}::test_a_stop_of_somebody_else_is_left_as_it_is",
    ),
    Mutant(
        "a stale price opens a market",
        "A price came, and later than the last.",
        f"{BOOK}/staleness.py",
        "    if not is_ours or state.is_stale():\n",
        "    if not is_ours:\n",
        claim=f"{CLAIMS}::test_an_index_price_that_is_stale_itself_opens_nothing",
    ),
    Mutant(
        "a mark's bound not taken back",
        "A lost race takes back what the orders did.",
        f"{BOOK}/draft.py",
        '    "index",\n    "stale_at_ms",\n    "home",\n',
        '    "index",\n    "home",\n',
        claim=f"{CLAIMS}::test_a_stop_that_is_taken_back_leaves_no_trace",
    ),
    Mutant(
        "a quiet book is not stopped",
        "The next order stops it.",
        "functions/sweeper/books.py",
        "    return is_stale and shown.state is TradingState.OPEN\n",
        "    return is_stale and shown.state is TradingState.AUCTION\n",
        claim="tests/functions/sweeper/test_sweeper.py::"
        "test_a_quiet_book_whose_mark_is_stale_is_stopped_by_a_look_at_the_time",
    ),
    Mutant(
        "a breach trusts a breaker's stop",
        "A book that takes cancels only need not be stopped again.",
        f"{DOMAIN}/reconciliation/books.py",
        "        return self.trading_state in STOPPED and self.state_by != BY_MARK\n",
        "        return self.trading_state in STOPPED\n",
        claim="tests/functions/reconciliation/test_reconciliation.py::"
        "test_a_book_that_a_fresh_mark_would_open_is_stopped_to_stay_so",
    ),
    Mutant(
        "a stop for a loss goes with the mark",
        "The chain looks at the day's loss at each order.",
        f"{DOMAIN}/risk/chain.py",
        "    if stop is not None and stop.holds_at(case.at_ms) and _worst_lots(case) > 0:\n",
        "    if stop is not None and stop.holds_at(case.at_ms) and _worst_lots(case) < 0:\n",
        claim=f"{LOSSES}::"
        "test_a_stopped_account_closes_and_opens_nothing_whatever_the_marks_and_limits_are",
    ),
    Mutant(
        "an account is stopped on a stale mark",
        "A mark is the best that is known.",
        f"{DOMAIN}/risk/loss.py",
        "        at_ms - marked[symbol].marked_at_ms > oldest_ms for symbol in needed\n",
        "        at_ms < 0 for symbol in needed\n",
        claim=f"{LOSSES}::test_nobody_is_stopped_on_a_mark_that_is_missing_or_stale",
    ),
    Mutant(
        "a stopped account keeps its orders",
        "It opens nothing more, so what rests may rest.",
        f"{RUNTIME}/loss_stops.py",
        "        self._mass_cancels.cancel_held(account_id, _cancel_id(stop), at_ms)\n",
        "",
        claim=f"{SWEEPS}::"
        "test_an_account_that_has_lost_its_limit_is_stopped_cancelled_and_told_of_once",
    ),
    Mutant(
        "a stop without its cancel is left so",
        "Whoever stops an account cancels what it holds.",
        f"{RUNTIME}/loss_stops.py",
        "        if stop is None or self._mass_cancels.was_opened(account_id, _cancel_id(stop)):\n",
        "        if stop is None or _holding(state, at_ms) is not None:\n",
        claim=f"{SWEEPS}::"
        "test_a_loss_stop_whose_writer_died_anywhere_is_told_and_cancels_all_the_same",
    ),
)
