"""Bugs of limits and positions: checks beside the put, counts that lose something."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

CHAIN: Final = f"{DOMAIN}/risk/chain.py"
EXPOSURE: Final = f"{DOMAIN}/risk/exposure.py"
DUES: Final = f"{DOMAIN}/dues.py"
DECISION: Final = "functions/risk_check/decision.py"
LIMITS: Final = f"{RUNTIME}/limits.py"

MUTANTS: Final = (
    Mutant(
        "limits checked outside the put",
        "The check has passed; only the hold has to be written again when a race is lost.",
        DECISION,
        "        return admit(case, place_command(order, quote))\n",
        "        from zerodesk.accounts import hold\n"
        "        from zerodesk.risk.chain import counted\n\n"
        "        command = place_command(order, quote)\n"
        "        passed = deciding.__dict__.setdefault(order_id, admit(case, command))\n"
        '        if passed.cause["kind"] == "reject":\n'
        "            return admit(case, command)\n"
        "        held = hold(state, command, quote.need_currency)\n"
        "        after = held.state.replace(rate=counted(case))\n"
        "        return Change(held.cause | case.evidence(), held.entries, after)\n",
    ),
    Mutant(
        "venue's limits read once",
        "Limits hardly ever change.",
        LIMITS,
        "        record = self._journal.latest(LIMITS)\n",
        '        record = self.__dict__.setdefault("known", self._journal.latest(LIMITS))\n',
    ),
    Mutant(
        "the loosest limit counts",
        "An account that was given more may do more.",
        f"{DOMAIN}/limits.py",
        "                narrowed = {key: min(known[key], value[key]) for key in both}\n",
        "                narrowed = {key: max(known[key], value[key]) for key in both}\n",
    ),
    Mutant(
        "open orders are no exposure",
        "An order that rests has bought nothing.",
        EXPOSURE,
        "    return (held if side is Side.BUY else -held) + state.working(symbol).lots(side)\n",
        "    return held if side is Side.BUY else -held\n",
    ),
    Mutant(
        "other markets of an underlying forgotten",
        "What else is open was checked when it was opened.",
        EXPOSURE,
        "        worst_lots(state, symbol, side) * one.lot_value_minor\n",
        "        (worst_lots(state, symbol, side) - state.working(symbol).lots(side))\n"
        "        * one.lot_value_minor\n",
    ),
    Mutant(
        "fills counted twice",
        "What was filled is in the position, and the order was for all of it.",
        DUES,
        "        _count_fills(due.fills, holds)\n",
        "        _count_fills((), holds)\n",
    ),
    Mutant(
        "position limit off by one unit",
        "Up to the limit, more or less.",
        CHAIN,
        "    worst_minor = _worst_lots(case) * case.own.lot_value_minor\n"
        "    if worst_minor <= limit_minor:\n",
        "    worst_minor = _worst_lots(case) * case.own.lot_value_minor\n"
        "    if worst_minor <= limit_minor + case.own.lot_value_minor:\n",
    ),
    Mutant(
        "position without the records settled before",
        "A run settles what is due.",
        DUES,
        "    fills = [fill for due in fresh for fill in due.fills]\n",
        "    fills = [fill for due in dues for fill in due.fills]\n",
    ),
    Mutant(
        "rate starts anew with the clock",
        "Another minute on this machine is another minute.",
        CHAIN,
        "    return (now, 1) if now > minute else (minute, count + 1)\n",
        "    return (now, 1) if now != minute else (minute, count + 1)\n",
        claim="tests/zerodesk/risk/test_chain.py"
        "::test_the_rate_counts_by_the_minute_of_the_clock_and_never_back",
    ),
    Mutant(
        "rate does not count",
        "The gateway throttles.",
        f"{DOMAIN}/risk/admission.py",
        "    after = held.state.replace(rate=counted(case))\n",
        "    after = held.state\n",
    ),
    Mutant(
        "order of any size where nothing was traded",
        "There is nothing to set it against.",
        CHAIN,
        "    if case.quantity_lots <= limit_lots:\n",
        "    if not volume_lots or case.quantity_lots <= limit_lots:\n",
    ),
    Mutant(
        "daily loss without what is open",
        "It is no loss until it is taken.",
        EXPOSURE,
        "        made_tick_lots = lots * instrument.mark_price_ticks - position.cost_tick_lots\n",
        "        made_tick_lots = 0\n",
    ),
    Mutant(
        "cost rounded away",
        "A tick-lot more or less is no money.",
        f"{DOMAIN}/positions.py",
        "        left = OpenLots(held + lots, cost - released + opening * price_ticks)\n",
        "        kept = (held - sign * closing) * (cost // held)\n"
        "        left = OpenLots(held + lots, kept + opening * price_ticks)\n",
    ),
    Mutant(
        "suspended accounts trade on",
        "A suspended account cannot get a key.",
        CHAIN,
        "    if status is AccountStatus.ACTIVE:\n",
        "    if status in AccountStatus:\n",
    ),
    Mutant(
        "margin of positions alone",
        "What is open needs margin; an order is no position yet.",
        f"{DOMAIN}/risk/margin.py",
        "    found.follow(derivatives, state.positions, derived.working(state.holds), added)\n",
        "    found.follow(derivatives, state.positions, {}, added)\n",
        claim="tests/zerodesk/risk/test_margin.py",
    ),
    Mutant(
        "any book may overdraw an account",
        "What a book has decided is owed.",
        f"{DOMAIN}/accounts.py",
        """    return cause["kind"] == "settle" and product_of(cause["book"]) is not Product.SPOT\n""",
        """    return cause["kind"] == "settle"\n""",
        claim="tests/zerodesk/test_accounts.py",
    ),
    Mutant(
        "reduce-only orders that rest are not cut",
        "An order was cut when it came.",
        f"{DOMAIN}/matching/reducing.py",
        "            if excess_lots <= 0:\n",
        "            if excess_lots <= order.remaining_lots:\n",
        claim="tests/scenarios/test_scenarios.py",
    ),
)
