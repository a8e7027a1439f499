"""Bugs in options: what is held and needed for them, and how they end."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

SETTLING: Final = f"{DOMAIN}/matching/settling.py"
PIECES: Final = f"{DOMAIN}/risk/pieces.py"
SUMS: Final = f"{DOMAIN}/risk/sums.py"

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
)
