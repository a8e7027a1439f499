"""Bugs in perpetuals: positions, what only reduces, what closing pays, margin."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

BOOK: Final = f"{DOMAIN}/matching"
FUNDINGS: Final = "tests/zerodesk/matching/test_funding.py"
MARGIN: Final = f"{DOMAIN}/risk/margin.py"
PIECES: Final = f"{DOMAIN}/risk/pieces.py"
SUMS: Final = f"{DOMAIN}/risk/sums.py"
CROWDING: Final = "tests/zerodesk/risk/test_crowding.py"
ISOLATED: Final = "tests/zerodesk/risk/test_isolated.py"
PORTFOLIO: Final = "tests/zerodesk/risk/test_sums.py"
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
        " or is_late or closes_nothing(state, order)\n",
        " or is_late\n",
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
        PIECES,
        "            worst_lots = bought_lots if bought_lots > sold_lots else sold_lots\n",
        "            worst_lots = abs(lots)\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "margin counts what is held",
        "What is held is still the account's.",
        MARGIN,
        "    equity_minor = available.get(currency, 0) - taken.get(currency, 0)\n",
        "    equity_minor = available.get(currency, 0) - taken.get(currency, 0)\n"
        "    equity_minor += state.held_minor(currency)\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "margin before the order's own hold",
        "The fee comes out of what is left when the order trades.",
        MARGIN,
        "    taken = {needs: takes_minor, **twice}\n",
        "    taken = {needs: 0, **twice}\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "pot pays the fee out of its margin",
        "What the position needs is there, so the order is covered.",
        MARGIN,
        "    return max(fee_minor, found.initial_minor + need_minor - found.equity_minor)\n",
        "    return max(fee_minor, found.initial_minor - found.equity_minor)\n",
        claim=ISOLATED,
    ),
    Mutant(
        "isolated position counted with all others too",
        "What is open is open.",
        f"{DOMAIN}/risk/mark_sheet.py",
        "        if isolated:\n",
        "        if isolated is None:\n",
        claim=ISOLATED,
    ),
    Mutant(
        "isolated position's loss taken of what is free",
        "A balance is what settlement moves.",
        f"{DOMAIN}/dues.py",
        "    paid = purse(state, symbol)\n",
        "    paid = 'available'\n",
        claim=ISOLATED,
    ),
    Mutant(
        "margin taken out of a pot that its orders need",
        "What is open needs margin.",
        f"{DOMAIN}/risk/monitoring.py",
        "    found = pot_required(state, symbol, lot, state.working(symbol))\n",
        "    found = pot_required(state, symbol, lot, type(state.working(symbol))())\n",
        claim=ISOLATED,
    ),
    Mutant(
        "margin taken out of a pot down to its maintenance",
        "Above that nobody is liquidated.",
        f"{DOMAIN}/isolated.py",
        "    if left_minor >= found.initial_minor:\n",
        "    if left_minor >= found.maintenance_minor:\n",
    ),
    Mutant(
        "isolated position liquidated, and its owner trades on",
        "The account is not liquidated.",
        f"{DOMAIN}/risk/chain.py",
        "    if found is None and case.symbol in state.isolated:\n",
        "    pot = state.isolated.get(case.symbol)\n"
        "    if found is None and pot and not pot.minor:\n",
    ),
    Mutant(
        "size against volume without the open orders",
        "What is open is what is large.",
        PIECES,
        "            self.crowding_minor = crowding_minor(lot.one, worst_lots)\n",
        "            self.crowding_minor = crowding_minor(lot.one, abs(lots))\n",
        claim=CROWDING,
    ),
    Mutant(
        "volume counted for either side",
        "A trade has a buyer and a seller.",
        "functions/sweeper/books.py",
        "day_volume_lots(hours, now_ms), now_ms)\n",
        "2 * day_volume_lots(hours, now_ms), now_ms)\n",
    ),
    Mutant(
        "size against volume rounded down",
        "A share of an amount is rounded down, as fees are.",
        PIECES,
        "    return share_up((lots - free_lots) * worst_minor, CROWDING_BPS)\n",
        "    return share_bps((lots - free_lots) * worst_minor, CROWDING_BPS)\n",
        claim=CROWDING,
    ),
    Mutant(
        "size against volume forgotten once it is held",
        "To keep a position takes less than to open it.",
        PIECES,
        "            return kept_minor + many_minor\n",
        "            return kept_minor\n",
        claim=CROWDING,
    ),
    Mutant(
        "spot bought with the margin of a perpetual",
        "Only a derivative needs margin.",
        f"{DOMAIN}/risk/mark_sheet.py",
        "        own = (taken,) if taken in derivatives else ()\n",
        "        own = (taken,) if taken in derivatives and symbol in derivatives[taken] else ()\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "cover sold while it covers",
        "What is spot's own is its owner's to sell.",
        SUMS,
        "                cover_minor = minor - taken.get(currency, 0)\n",
        "                cover_minor = minor\n",
        claim=PORTFOLIO,
    ),
    Mutant(
        "a hedge is closed like anything else",
        "What only closes can only make the need smaller.",
        MARGIN,
        "            if initial_minor <= before.initial_minor:\n",
        "            if initial_minor != before.initial_minor:\n",
        claim=PORTFOLIO,
    ),
    Mutant(
        "margin of the underlying alone whose order comes",
        "What the others need was there before, and is there still.",
        SUMS,
        "        self.bare_minor += after_minor - before_minor\n",
        "        self.bare_minor = after_minor\n",
    ),
    Mutant(
        "sums kept across marks",
        "Positions and orders are the same as they were.",
        SUMS,
        "            *_others(self._derivatives, derivatives, derivatives),\n",
        "",
        claim=PORTFOLIO,
    ),
    Mutant(
        "a hold is not followed by what is kept",
        "What is kept is made anew where it is another.",
        f"{DOMAIN}/derived.py",
        "            found[symbol] = _with(found.get(symbol, NONE_WORKING), held, after)\n",
        "",
        claim="tests/zerodesk/test_derived.py",
    ),
    Mutant(
        "a large future sheds its tiers beside an option",
        "The scenarios say what a portfolio can lose.",
        PIECES,
        "            more_minor += max(0, tiers_minor - self.worst_lots * lot.worst_minor)\n",
        "            more_minor += max(0, -self.worst_lots * lot.worst_minor)\n",
        claim=PORTFOLIO,
    ),
    Mutant(
        "a funding is no loss",
        "It is cash that moved, and nothing was closed.",
        f"{DOMAIN}/risk/exposure.py",
        "            result_minor += position.day_funding_minor - position.day_fees_minor\n",
        "            result_minor -= position.day_fees_minor\n",
        claim="tests/zerodesk/risk/test_loss.py",
    ),
    Mutant(
        "a time is funded again",
        "A command has an id, by which a repeat is known.",
        f"{BOOK}/funding.py",
        "    if funding_at_ms <= state.funded_at_ms:\n",
        "    if funding_at_ms < state.funded_at_ms:\n",
        claim=FUNDINGS,
    ),
    Mutant(
        "funded on a stale index price",
        "The last price that is known is the price.",
        f"{BOOK}/funding.py",
        ' or not is_fresh(index["observed_at_ms"], state.time_ms):\n',
        ":\n",
        claim=FUNDINGS,
    ),
    Mutant(
        "funding paid up to whom is not kept",
        "What is left of a funding shows in the positions.",
        f"{BOOK}/funding.py",
        "        funding = funding._replace(paid_upto=account_id)\n",
        '        funding = funding._replace(paid_upto="~")\n',
        claim=FUNDINGS,
    ),
    Mutant(
        "a trade of any age in the median",
        "The last trade is the last price.",
        f"{DOMAIN}/marks.py",
        "    if not (is_fresh(index[1], at_ms) and is_fresh(last[1], at_ms)):\n",
        "    if not is_fresh(index[1], at_ms):\n",
        claim="tests/zerodesk/test_marks.py",
    ),
)
