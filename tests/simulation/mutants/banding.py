"""Bugs in price bands."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

BOOK: Final = f"{DOMAIN}/matching"
CLAIMS: Final = "tests/zerodesk/matching/test_bands.py"
RULES: Final = "tests/scenarios/test_scenarios.py::test_scenario"

MUTANTS: Final = (
    Mutant(
        "takers trade through the band",
        "An order trades up to its limit.",
        f"{BOOK}/entering.py",
        "    if state.reference is None:\n",
        "    if state.reference is None or order.rests:\n",
        claim=f"{CLAIMS}::test_a_halt_is_told_in_the_order_s_own_record_with_its_reason_and_numbers",
    ),
    Mutant(
        "a price counts as soon as it has traded",
        "The reference is the last trade.",
        f"{DOMAIN}/bands.py",
        "        return Reference(now.ticks, (*before, (tenth, price_ticks)))\n",
        "        return Reference(price_ticks, (*before, (tenth, price_ticks)))\n",
        claim=RULES,
    ),
    Mutant(
        "triggers of before a halt forgotten",
        "No order comes into a market that is stopped.",
        f"{BOOK}/fold.py",
        "        if state.is_plain:\n            state.prices_ticks = None\n        else:\n",
        "        state.prices_ticks = None\n        if not state.is_plain:\n",
        claim=RULES,
    ),
    Mutant(
        "stops come into a halt",
        "What trades have triggered comes in behind the taker.",
        f"{BOOK}/triggers.py",
        "    while state.is_plain and state.continuing is None and draft",
        "    while state.continuing is None and draft",
        claim=f"{CLAIMS}::test_a_stop_that_was_reached_waits_while_the_market_gathers",
    ),
    Mutant(
        "a halt not taken back",
        "A lost race takes back what the orders did.",
        f"{BOOK}/draft.py",
        '    "halts",\n    "state_by",\n    "state_since_ms",\n',
        '    "state_by",\n    "state_since_ms",\n',
        claim=f"{CLAIMS}::test_a_halt_that_is_taken_back_leaves_no_trace",
    ),
    Mutant(
        "a halt's auction is held to the band",
        "No trade is outside the band.",
        f"{BOOK}/auctions.py",
        "    if indication is not None and not (auction is not None and auction.is_halt):\n",
        "    if indication is not None:\n",
        claim=f"{CLAIMS}::test_an_end_of_another_auction_outside_the_band_begins_the_band_s",
    ),
)
