"""Bugs in options: what they are paid for, what their writers need, how they end."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

BOOK: Final = f"{DOMAIN}/matching"
ENDS: Final = "tests/zerodesk/matching/test_settling.py"
TRADING: Final = "tests/functions/test_options.py"
EXPIRY: Final = "tests/functions/test_option_expiry.py"

MUTANTS: Final = (
    Mutant(
        "an option is paid for when it is closed",
        "It is a derivative, and those pay what was made.",
        f"{BOOK}/record.py",
        "            if is_option:\n                made_minor = -notional_minor if is_buy else notional_minor\n",
        "",
        claim="tests/scenarios/test_scenarios.py",
    ),
    Mutant(
        "sales of an option on their way need no margin",
        "They are no position yet.",
        f"{DOMAIN}/risk/pieces.py",
        "            worst_lots = sells - lots if sells > lots else 0\n",
        "            worst_lots = max(0, -lots)\n",
        claim=f"{TRADING}::test_a_seller_needs_the_mark_and_the_worst_scenario_and_open_orders_count",
    ),
    Mutant(
        "a warm surface is as good as the table's",
        "It was read a moment ago.",
        f"{RUNTIME}/surfaces.py",
        "        if warm is None or warm.as_of_ms != stored.as_of_ms:\n",
        "        if warm is None:\n",
        claim="tests/functions/option_quotes",
    ),
    Mutant(
        "an option ends whenever it is told to",
        "Who sends the command has looked at the clock.",
        f"{BOOK}/settling.py",
        " and state.time_ms >= market.option.expiry_ms\n",
        "\n",
        claim=ENDS,
    ),
    Mutant(
        "an auction goes on behind the expiry",
        "It trades nothing while it gathers.",
        f"{BOOK}/staleness.py",
        "    if state.is_plain or (state.is_option and state.trading_state == TradingState.AUCTION):\n",
        "    if state.is_plain:\n",
        claim=ENDS,
    ),
    Mutant(
        "the index is settled by before it is final",
        "What is there is there.",
        f"{RUNTIME}/index_history.py",
        "before + 1, last, is_final=False)\n",
        "before + 1, last, is_final=True)\n",
        claim=EXPIRY,
    ),
    Mutant(
        "what expires worthless is told to nobody",
        "There is nothing to pay.",
        f"{BOOK}/settling.py",
        '        draft.postings.append((account_id, "", market.quote, 0, paid_minor))\n',
        "        if paid_minor:\n"
        '            draft.postings.append((account_id, "", market.quote, 0, paid_minor))\n',
        claim=ENDS,
    ),
    Mutant(
        "an end that fills a record forgets the rest",
        "One record is enough for anybody.",
        f"{BOOK}/settling.py",
        "    state.settle_by(settling)\n\n\ndef pay",
        "    state.settle_by(None)\n\n\ndef pay",
        claim=ENDS,
    ),
)
