"""Bugs in fees: rates, rebates, tiers."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

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
    Mutant(
        "turnover counted again",
        "What is settled is settled.",
        f"{DOMAIN}/dues.py",
        "        turnover=_turnover_after(state.turnover, fresh),\n",
        "        turnover=_turnover_after(state.turnover, dues),\n",
    ),
    Mutant(
        "turnover of trades with oneself",
        "A trade is a trade.",
        f"{DOMAIN}/turnover.py",
        "0 if with_itself else tick_lots * tick.minor",
        "tick_lots * tick.minor",
    ),
    Mutant(
        "tier's fee not held",
        "The quote says what an order needs.",
        f"{DOMAIN}/risk/admission.py",
        "    holds_fee = case.product is not Product.SPOT or case.side is Side.BUY\n",
        "    holds_fee = False\n",
    ),
    Mutant(
        "a market's tiers behind its currency's",
        "The currency's tiers hold for all markets.",
        f"{RUNTIME}/limits.py",
        "        for scope in (symbol, currency):\n            tiers",
        "        for scope in (currency, symbol):\n            tiers",
    ),
    Mutant(
        "a tier is reached beyond its turnover",
        "Above so much, the next rates hold.",
        f"{DOMAIN}/fee_tiers.py",
        "        return sum(tier.from_minor <= turnover_minor for tier in self.tiers) - 1\n",
        "        return max(0, sum(tier.from_minor < turnover_minor for tier in self.tiers) - 1)\n",
        claim="tests/zerodesk/test_fee_tiers.py"
        "::test_the_tier_of_a_turnover_is_the_last_that_it_has_reached",
    ),
)
