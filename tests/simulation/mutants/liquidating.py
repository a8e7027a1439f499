"""Bugs in liquidations: when they begin and end, what a step closes, and beside what."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

LIQUIDATOR: Final = "functions/liquidation/liquidator.py"
STEPS: Final = f"{DOMAIN}/risk/liquidation.py"
MONITORING: Final = f"{DOMAIN}/risk/monitoring.py"

MUTANTS: Final = (
    Mutant(
        "liquidated where initial margin is short",
        "Who has less than it needs is liquidated.",
        MONITORING,
        "        return self.equity_minor < self.maintenance_minor\n",
        "        return self.equity_minor < self.initial_minor\n",
    ),
    Mutant(
        "liquidation ends above maintenance",
        "Where it began is where it ends.",
        MONITORING,
        "        return self.equity_minor >= self.initial_minor\n",
        "        return self.equity_minor >= self.maintenance_minor\n",
    ),
    Mutant(
        "liquidation closes all at once",
        "One order is simpler than four.",
        STEPS,
        "STEP_BPS: Final = 2_500\n",
        "STEP_BPS: Final = 10_000\n",
    ),
    Mutant(
        "liquidation closes the largest position first",
        "The largest is what the account is short of margin for.",
        STEPS,
        "            shortfall_minor(reduced(state, each[1], marked), margin.currency, marked),\n",
        "",
    ),
    Mutant(
        "liquidation at any price",
        "Who must sell takes what there is.",
        STEPS,
        "BOUND_BPS: Final = 200\n",
        "BOUND_BPS: Final = 2_000\n",
    ),
    Mutant(
        "liquidated account trades on",
        "What it held was cancelled, and its orders pass the margin check or they do not.",
        f"{DOMAIN}/risk/chain.py",
        "    if found is None:\n        return None\n    return Rejection(\n        RejectionCode.RISK_LIQ",
        "    if found is None or found.number:\n        return None\n"
        "    return Rejection(\n        RejectionCode.RISK_LIQ",
        claim="tests/zerodesk/risk/test_chain.py",
    ),
    Mutant(
        "liquidated with orders on their way",
        "They were cancelled a step ago.",
        LIQUIDATOR,
        "        if _holds(state, isolated):\n",
        "        if _holds(state, isolated) and not liquidation.steps:\n",
        claim="tests/functions/liquidation/test_liquidation.py",
    ),
    Mutant(
        "liquidation seen to among those who hold something",
        "Who is liquidated has something open, and is met there.",
        "functions/risk_monitor/liquidations.py",
        "        return self._holders.of(LIQUIDATED)\n",
        '        held = self._holders.of("BTC-PERP")\n'
        "        return [one for one in self._holders.of(LIQUIDATED) if one in held]\n",
        claim="tests/functions/risk_monitor/test_liquidated.py",
    ),
    Mutant(
        "insurance asked for again while it pays",
        "What is owed still was not paid.",
        "functions/liquidation/insurance.py",
        "        return self._orders.status(FUND, gate) not in ANSWERED\n",
        "        return self._orders.status(FUND, gate) is None and not gate\n",
        claim="tests/functions/liquidation/test_insurance.py",
    ),
    Mutant(
        "takeover holds for any mark",
        "A command of the venue's is right whenever it comes.",
        f"{DOMAIN}/matching/deleveraging.py",
        "    if marked_at_ms > until_ms:\n",
        "    if until_ms <= 0:\n",
        claim="tests/zerodesk/matching/test_deleveraging.py",
    ),
    Mutant(
        "takeover at no better a price than bankruptcy",
        "The price of bankruptcy is the price, with a fund or without.",
        STEPS,
        "    left_minor = has_minor + paid_minor\n",
        "    left_minor = has_minor\n",
        claim="tests/zerodesk/risk/test_liquidation.py",
    ),
    Mutant(
        "fund pays an isolated debt to what is free",
        "What an account gets is its own, wherever it stands.",
        "functions/liquidation/insurance.py",
        "        if isolated is not None:\n",
        "        if isolated is not None and not account_id:\n",
    ),
)
