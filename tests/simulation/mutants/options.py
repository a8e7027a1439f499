"""Bugs in options: what is held and needed for them, how they are closed for an account that is
liquidated, and how they end.
"""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

SETTLING: Final = f"{DOMAIN}/matching/settling.py"
PIECES: Final = f"{DOMAIN}/risk/pieces.py"
SUMS: Final = f"{DOMAIN}/risk/sums.py"
STEPS: Final = f"{DOMAIN}/risk/liquidation.py"

MUTANTS: Final = (
    Mutant(
        "option's premium not held",
        "A derivative holds its fee.",
        f"{DOMAIN}/instruments.py",
        "        if self.product is not Product.SPOT and not ("
        "is_buy and self.product is Product.OPTION):\n",
        "        if self.product is not Product.SPOT:\n",
    ),
    Mutant(
        "option written without what buying it back costs",
        "The scenarios say what can be lost.",
        PIECES,
        "            parts_minor = worst_lots * lot.worst_minor\n",
        "            parts_minor = worst_lots * (lot.worst_minor - lot.mark_minor)\n",
    ),
    Mutant(
        "option margined by a risk array of before",
        "The sums are kept as long as the positions stand.",
        SUMS,
        "        if before is None or before.lot.one != one:\n",
        "        if before is None:\n",
        claim="tests/zerodesk/risk/test_sums.py",
    ),
    Mutant(
        "option's assignment forgets who does not fit the record",
        "An end is one record.",
        SETTLING,
        '        draft.postings.append((account_id, "", market.quote, 0, paid_minor))\n'
        "    state.settle_by(settling)\n",
        '        draft.postings.append((account_id, "", market.quote, 0, paid_minor))\n'
        "    state.settle_by(None)\n",
    ),
    Mutant(
        "option's exercise rounded for each by itself",
        "Dollars are enough.",
        SETTLING,
        '        "paid_minor": lots * payoff_ticks * state.tick_value_minor,\n',
        '        "paid_minor": lots * payoff_ticks * state.tick_value_minor // 10**6 * 10**6,\n',
    ),
    Mutant(
        "option that ended ends again",
        "Nobody has it, so nothing is paid.",
        SETTLING,
        "state.trading_state == TradingState.DELISTED:\n",
        "not market.symbol:\n",
        claim="tests/zerodesk/matching/test_settling.py",
    ),
    Mutant(
        "option settled at a plain average of the index",
        "Prices come every few seconds.",
        f"{DOMAIN}/expiry.py",
        "    return (2 * weighted + AVERAGE_MS) // (2 * AVERAGE_MS)\n",
        "    return weighted and sum(ticks for _, ticks in known) // len(known)\n",
    ),
    Mutant(
        "option's risk array missing where money leaves",
        "The record has the marks.",
        f"{DOMAIN}/risk/monitoring.py",
        "    return told | beside_marks(own)\n",
        "    return told\n",
    ),
    Mutant(
        "option taken over at the price of bankruptcy",
        "A takeover is a takeover.",
        STEPS,
        "        left_minor = 0 if position.quantity_lots > 0 else min(0, left_minor)\n",
        "        pass\n",
    ),
    Mutant(
        "option taken over moves no cash",
        "What closing made is paid.",
        f"{DOMAIN}/matching/deleveraging.py",
        "    paid_tick_lots = -lots * price_ticks if state.is_option else made_tick_lots\n",
        "    paid_tick_lots = made_tick_lots\n",
    ),
    Mutant(
        "option bought back against its margin",
        "What is there is the equity.",
        STEPS,
        "    if margin.isolated is not None:\n        return margin.equity_minor\n    return",
        "    if margin.equity_minor:\n        return margin.equity_minor\n    return",
    ),
    Mutant(
        "options kept by what opens them",
        "Margin is margin.",
        PIECES,
        "MAINTENANCE_BPS: Final = 8_000\n",
        "MAINTENANCE_BPS: Final = 10_000\n",
    ),
    Mutant(
        "who buys back what is written is liquidated for what that holds",
        "What is held is spent.",
        f"{DOMAIN}/risk/margin.py",
        "    if ordered:\n        written =",
        "    if not ordered:\n        written =",
    ),
)
