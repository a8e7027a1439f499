"""Bugs in what a market is: its states and its auctions."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

BOOK: Final = f"{DOMAIN}/matching"
CLAIMS: Final = "tests/zerodesk/matching/test_auctions.py"

MUTANTS: Final = (
    Mutant(
        "auction trades at the sellers' prices",
        "A trade is at the price of the order that rested.",
        f"{BOOK}/auctions.py",
        "    price_ticks = uncrossing.price_ticks\n",
        "    price_ticks = seller.price_ticks\n",
        claim=f"{CLAIMS}::test_the_end_tells_its_price_then_its_trades_then_the_state",
    ),
    Mutant(
        "orders trade in an auction",
        "An order that crosses trades.",
        f"{BOOK}/place.py",
        "    if is_whole or not state.is_plain:\n",
        "    if is_whole:\n",
    ),
    Mutant(
        "market opens crossed",
        "To open a market is to set its state.",
        f"{BOOK}/control.py",
        "    elif to == TradingState.OPEN:\n        auctions.uncross(state, draft, change)\n",
        "    elif to == TradingState.OPEN:\n        auctions.change_state(state, draft, change)\n",
        claim=f"{CLAIMS}::test_a_market_that_opens_behind_a_broken_auction_is_uncrossed_first",
    ),
    Mutant(
        "closing auction opens",
        "Behind an auction the market is open.",
        f"{BOOK}/auctions.py",
        "    AuctionKind.CLOSING.value: TradingState.HALTED.value,\n",
        "    AuctionKind.CLOSING.value: TradingState.OPEN.value,\n",
        claim="tests/functions/back_office/test_markets.py::"
        "test_an_auction_gathers_shows_what_it_would_come_to_and_trades_when_it_ends",
    ),
    Mutant(
        "commands between the records of an uncrossing",
        "Only a taker is continued.",
        f"{BOOK}/decide.py",
        "    elif state.uncrossing is not None:\n",
        "    elif False:\n",
        claim=f"{CLAIMS}::test_an_end_that_no_record_holds_is_continued_and_nothing_comes_between",
    ),
    Mutant(
        "uncrossing not taken back",
        "A lost race takes back what the orders did.",
        f"{BOOK}/draft.py",
        '    "auction",\n    "uncrossing",\n    "cancelling",\n',
        '    "auction",\n    "cancelling",\n',
        claim=f"{CLAIMS}::test_an_end_that_is_taken_back_leaves_the_auction_as_it_was",
    ),
    Mutant(
        "uncrossing not in the snapshot",
        "A state is its orders.",
        f"{BOOK}/state.py",
        '            "uncrossing": self.uncrossing and told(self.uncrossing),\n',
        "",
        claim=f"{CLAIMS}::test_a_book_in_the_middle_of_an_end_is_restored_and_goes_on",
    ),
    Mutant(
        "auctions last until they are ended",
        "An operator begins an auction and an operator ends it.",
        f"{BOOK}/decide.py",
        "    if auctions.is_due(state, time_ms):\n",
        "    if state.auction is None and auctions.is_due(state, time_ms):\n",
        claim=f"{CLAIMS}::test_an_auction_whose_time_is_up_ends_by_a_command_of_its_own_before_the_next_one",
    ),
    Mutant(
        "auction in a quiet book never ends",
        "The next order ends it.",
        "functions/sweeper/books.py",
        "        if ends_at_ms is None or now_ms < ends_at_ms:\n",
        "        if ends_at_ms is None or now_ms > ends_at_ms:\n",
        claim="tests/functions/sweeper/test_sweeper.py::test_an_auction_whose_time_is_up_is_ended",
    ),
    Mutant(
        "least surplus forgotten",
        "The price at which the most trade is the price.",
        f"{BOOK}/indication.py",
        "    most = max((one.traded_lots, -abs(one.surplus_lots)) for one in stretches)\n",
        "    most = max((one.traded_lots, -abs(one.surplus_lots)) for one in stretches[:1])\n",
        claim=f"{CLAIMS}::test_the_price_is_the_one_that_trying_each_price_finds",
    ),
)
