"""Bugs in moving a book to another region, and in going on with a taker."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

BOOKS: Final = f"{RUNTIME}/books.py"
MATCHING: Final = "functions/matching/handler.py"

MUTANTS: Final = (
    Mutant(
        "zombie not fenced (rule 15)",
        "Who loses the race reads what came, and writes behind it.",
        BOOKS,
        "            self._leave_to_another_home(live, rest)\n",
        "",
    ),
    Mutant(
        "takeover without epoch",
        "The record says who takes over; that is enough.",
        BOOKS,
        "            if self._append(live, decision.kept, epoch=live.tip.epoch + 1):\n",
        "            if self._append(live, decision.kept):\n",
    ),
    Mutant(
        "epoch forgotten behind a takeover",
        "The takeover has the new epoch; the rest is as ever.",
        f"{RUNTIME}/journal.py",
        "        epoch = after.epoch if epoch is None else epoch\n",
        "        epoch = FIRST_EPOCH if epoch is None else epoch\n",
    ),
    Mutant(
        "book sent away by an old cache",
        "Where a book is at home, every process knows.",
        BOOKS,
        "        # Before it is sent away: it may have come back, by another process of this region.\n"
        "        self._catch_up(live)\n",
        "",
        claim="tests/zerodesk_aws/test_takeover.py::test_a_book_that_came_back_is_not_sent_away",
    ),
    Mutant(
        "commands of a moved book dropped",
        "Whoever waits will ask again, over there.",
        MATCHING,
        "        home.send(command)\n",
        "        assert command\n",
    ),
    Mutant(
        "forwarded to its own queue",
        "The queue has the same name everywhere.",
        MATCHING,
        "    return CommandQueue(COMMAND_QUEUE_URL.replace(this_region(), region), region)\n",
        "    return CommandQueue(COMMAND_QUEUE_URL, region)\n",
        claim="tests/functions/matching/test_takeover.py"
        "::test_the_queue_of_another_region_has_the_same_name_there",
    ),
    Mutant(
        "takeover taken at any time",
        "An operator who asks for a book wants it, now or later.",
        BOOKS,
        "            is_other = from_epoch not in (None, live.tip.epoch)\n",
        "            is_other = False\n",
    ),
    Mutant(
        "book taken over from oneself",
        "To take over what one has changes nothing.",
        BOOKS,
        "            if is_other or self._home_of(live) == self._region:\n",
        "            if is_other:\n",
    ),
    Mutant(
        "home kept in memory alone",
        "Who takes a book over knows that it has it.",
        f"{DOMAIN}/matching/fold.py",
        "        state.home = home\n",
        "        assert home\n",
    ),
    Mutant(
        "continuation dropped",
        "When all commands are decided, the batch is done.",
        BOOKS,
        "        while rest or live.book.continuing:\n",
        "        while rest:\n",
        claim="tests/zerodesk_aws/test_continuation.py",
    ),
    Mutant(
        "sweeper skips takers",
        "The next command goes on with what was left.",
        "functions/sweeper/books.py",
        "            yield from self._finish(symbol)\n",
        "            assert symbol\n",
        claim="tests/functions/sweeper/test_sweeper.py"
        "::test_a_taker_whose_writer_died_between_its_records_is_filled_to_its_end",
    ),
    Mutant(
        "another command in the middle of a taker",
        "A command that is waiting may as well be decided first.",
        f"{DOMAIN}/matching/decide.py",
        "    _go_on(state, draft)\n",
        "    if state.continuing is None or len(commands) < 2:\n        _go_on(state, draft)\n",
    ),
    Mutant(
        "an older price overtakes a newer",
        "What comes last is the latest.",
        f"{DOMAIN}/matching/control.py",
        '    if state.index is not None and observed_at_ms < state.index["observed_at_ms"]:\n',
        "    if state.index is not None and observed_at_ms < 0:\n",
    ),
    Mutant(
        "halt not heeded",
        "A halt is for those who look at the market.",
        f"{DOMAIN}/matching/place.py",
        "    if not state.is_plain and not accepts(state.trading_state, command):\n",
        "    if state.market is None:\n",
    ),
    Mutant(
        "partner told no although it happens",
        "A partner wants an answer, and wants it now.",
        "functions/partner_intake/desk.py",
        "            if refusal.problem.code is ProblemCode.UNAVAILABLE:\n                raise\n",
        "",
    ),
    Mutant(
        "quarantined message lost with its book",
        "What is sent on is done here.",
        MATCHING,
        "            forward(moved)\n            return None, failed\n",
        "            forward(moved)\n            return None, []\n",
        claim="tests/functions/matching/test_takeover.py"
        "::test_what_was_quarantined_before_the_book_moves_still_fails",
    ),
)
