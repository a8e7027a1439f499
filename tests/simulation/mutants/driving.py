"""Bugs in what looks after everything: the sweeper, the workflow's retries, reconciliation."""

from typing import Final

from tests.simulation.mutants.mutant import Mutant

SWEPT_ACCOUNTS: Final = "functions/sweeper/accounts.py"
ITEMS: Final = "functions/sweeper/items.py"

MUTANTS: Final = (
    Mutant(
        "sweeper skips holds (rule 2)",
        "Whatever stands still has an item that says so.",
        SWEPT_ACCOUNTS,
        "        yield from self._holds(account_id, state, unsettled, now_ms)\n",
        "",
        claim="tests/functions/sweeper/test_sweeper.py"
        "::test_a_hold_whose_command_got_lost_is_sent_as_it_was_held",
    ),
    Mutant(
        "sweeper skips cancels",
        "Who wants to cancel will ask again.",
        SWEPT_ACCOUNTS,
        '            case "cancel":\n',
        '            case "cancel" if not item.status:\n',
    ),
    Mutant(
        "sweeper skips deposits",
        "Deposits are made by people, and people look.",
        SWEPT_ACCOUNTS,
        '            case "deposit":\n',
        '            case "deposit" if not item.status:\n',
    ),
    Mutant(
        "sweeper skips orders",
        "The workflow retries by itself.",
        SWEPT_ACCOUNTS,
        '                self._order_workflow.start(item.request)\n                yield "Orders"\n',
        '                yield "Orders"\n',
    ),
    Mutant(
        "sweeper skips books",
        "Settlement is woken by the bus.",
        "functions/sweeper/books.py",
        "        if self._waits_since(symbol, now_ms) <= old_ms:\n",
        "        if self._waits_since(symbol, now_ms) < 0:\n",
    ),
    Mutant(
        "sweeper skips markets",
        "The next batch shows the market again.",
        "functions/sweeper/books.py",
        "        if tip.recorded_at_ms <= old_ms and shown_sequence < tip.sequence:\n",
        "        if not shown_sequence:\n",
        claim="tests/functions/sweeper/test_sweeper.py"
        "::test_a_market_item_that_lags_is_shown_as_the_book_is",
    ),
    Mutant(
        "sweeper trusts the index",
        "An index shows what was written.",
        "functions/sweeper/bounds.py",
        "INDEX_LAG_MS: Final = 60_000\n",
        "INDEX_LAG_MS: Final = 0\n",
    ),
    Mutant(
        "sweeper forgets what is pending",
        "What was driven on is done.",
        ITEMS,
        "    behind = tuple(",
        "    behind = () and tuple(",
        claim="tests/functions/sweeper/test_sweeper.py"
        "::test_an_order_far_behind_the_swept_cursor_is_kept_in_mind",
    ),
    Mutant(
        "account read long ago compared with what is read now",
        "What was read is known.",
        "functions/reconciliation/run.py",
        "            still=accounts.keys() - fresh,\n",
        "",
    ),
    Mutant(
        "accounts that traded wait for their turn",
        "Everybody has a turn.",
        "functions/reconciliation/run.py",
        "        for account_id in chain(moved, stirred, self._turns.in_turn(account_ids)):\n",
        "        for account_id in chain(stirred, self._turns.in_turn(account_ids)):\n",
        claim="tests/functions/reconciliation/test_many_accounts.py"
        "::test_a_run_reads_who_traded_and_as_many_of_the_others_as_it_may",
    ),
    Mutant(
        "sweeper leaves the last account out",
        "A range ends before its end.",
        "functions/sweeper/sweep.py",
        "        account_ids = sorted(Register(self._journal, ACCOUNTS).entries())\n",
        "        account_ids = sorted(Register(self._journal, ACCOUNTS).entries())[:-1]\n",
    ),
)
