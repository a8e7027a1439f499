"""Bugs in fees: rates, rebates, tiers."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, Mutant

FEES: Final = f"{DOMAIN}/fees.py"
CLAIMS: Final = "tests/zerodesk/test_fees.py"

MUTANTS: Final = (
    Mutant(
        "a rebate beyond the taker's fee",
        "The schedule sees to it that takers pay more.",
        FEES,
        "    return -min(share_bps(notional_minor, -rate_bps), taker_fee_minor)\n",
        "    return -share_bps(notional_minor, -rate_bps)\n",
        claim=f"{CLAIMS}::test_no_trade_costs_the_house_anything",
    ),
    Mutant(
        "a rebate is rounded up",
        "Floor division is floor division.",
        f"{DOMAIN}/matching/fills.py",
        "        if maker_fee_minor < 0:\n",
        "        if maker_fee_minor < -taker_fee_minor:\n",
        claim="tests/scenarios/test_scenarios.py",
    ),
    Mutant(
        "rebates in an auction",
        "A maker's rate is a maker's rate.",
        FEES,
        "    return share_bps(notional_minor, max(0, rate_bps))\n",
        "    return share_bps(notional_minor, rate_bps)\n",
        claim=f"{CLAIMS}::test_nobody_has_a_rebate_in_an_auction",
    ),
)
