"""Bugs in perpetuals: positions, what only reduces, what closing pays, margin."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

BOOK: Final = f"{DOMAIN}/matching"
MARGIN: Final = f"{DOMAIN}/risk/margin.py"
CAPS: Final = (
    "            if state.reducing:\n"
    "                pair = (maker.account_id, taker.account_id)\n"
    "                cap_resting(state, draft, dict.fromkeys(pair), taker.order_id)\n"
)

MUTANTS: Final = (
    Mutant(
        "reduce-only order not cut when it comes",
        "Whoever says that an order only reduces knows what there is to reduce.",
        f"{BOOK}/place.py",
        "    elif order.reduce_only and not cap_coming(state, draft, order):\n",
        "    elif closes_nothing(state, order) and not cap_coming(state, draft, order):\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "resting reduce-only orders not cut by a trade",
        "An order was cut when it came, and rests as it is.",
        f"{BOOK}/meeting.py",
        CAPS,
        "",
        claim="tests/scenarios",
    ),
    Mutant(
        "all or nothing counts on what only reduces",
        "What rests is there to be taken.",
        f"{BOOK}/meeting.py",
        "            if not maker.reduce_only:\n",
        "            if maker is not None:\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "slides although it closes nothing",
        "Where it would rest is found first, what is left of it then.",
        f"{BOOK}/place.py",
        " or _comes_too_late(state, order) or closes_nothing(state, order)\n",
        " or _comes_too_late(state, order)\n",
        claim="tests/scenarios",
    ),
    Mutant(
        "what is closed is released rounded up",
        "The rest of a division goes with what leaves.",
        f"{DOMAIN}/positions.py",
        "        released = sign * (abs(cost) * closing // abs(held))\n",
        "        released = -sign * (-abs(cost) * closing // abs(held))\n",
        claim="tests/zerodesk/test_positions.py",
    ),
    Mutant(
        "position closed at the trade's price",
        "What is closed leaves at what it is worth.",
        f"{DOMAIN}/positions.py",
        "        released = sign * (abs(cost) * closing // abs(held))\n",
        "        released = sign * closing * price_ticks\n",
        claim="tests/zerodesk/test_positions.py",
    ),
    Mutant(
        "margin of what is open alone",
        "An order needs margin once it is filled.",
        MARGIN,
        "    lots = defaultdict(int, open_by_side(state))\n",
        "    lots = defaultdict(int, {one: 0 for one in open_by_side(state)})\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "margin counts what is held",
        "What is held is still the account's.",
        MARGIN,
        "    equity_minor, initial_minor = state.available_minor(currency), 0\n",
        "    equity_minor, initial_minor = state.available_minor(currency), 0\n"
        "    equity_minor += state.held_minor(currency)\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "margin before the order's own hold",
        "The fee comes out of what is left when the order trades.",
        MARGIN,
        "    have_minor = found.equity_minor - case.quote.need_minor\n",
        "    have_minor = found.equity_minor\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "spot bought with the margin of a perpetual",
        "Only a derivative needs margin.",
        MARGIN,
        "    if not derivatives or _only_closes(case):\n",
        "    if not derivatives or case.product is Product.SPOT or _only_closes(case):\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
)
