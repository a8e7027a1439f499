"""Portfolio margin the slow, obvious way: every subset of the open orders, every scenario."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import ceil

from zerodesk.risk.portfolio import Leg, PortfolioRules


def outcomes(legs: Sequence[Leg]) -> Iterator[list[int]]:
    """Yield the positions after every way in which each side of the open orders is filled or not.

    A side filled in part lies between the two: what a portfolio makes is linear in it.
    """
    for fills in product((0, 1), repeat=2 * len(legs)):
        yield [
            leg.quantity_lots + fills[2 * n] * leg.buy_lots - fills[2 * n + 1] * leg.sell_lots
            for n, leg in enumerate(legs)
        ]


def scan_minor(legs: Sequence[Leg]) -> int:
    scenarios = range(len(legs[0].array.profit_minor))
    return max(
        max(
            0,
            -sum(lots * leg.array.profit_minor[one] for lots, leg in zip(held, legs, strict=True)),
        )
        for held in outcomes(legs)
        for one in scenarios
    )


def short_minimum_minor(legs: Sequence[Leg], rules: PortfolioRules) -> int:
    return max(
        sum(
            max(0, -lots) * rules.short_minimum_minor
            for lots, leg in zip(held, legs, strict=True)
            if leg.array.is_option
        )
        for held in outcomes(legs)
    )


def intermonth_minor(held: Sequence[int], legs: Sequence[Leg], rules: PortfolioRules) -> int:
    deltas: dict[str, Fraction] = defaultdict(Fraction)
    for lots, leg in zip(held, legs, strict=True):
        deltas[leg.array.expiry] += lots * Fraction(leg.array.delta_millionths, 10**6)
    long = sum((one for one in deltas.values() if one > 0), Fraction(0))
    short = -sum((one for one in deltas.values() if one < 0), Fraction(0))
    return ceil(min(long, short) * rules.intermonth_minor)


def concentration_minor(legs: Sequence[Leg], rules: PortfolioRules) -> int:
    total = Fraction(0)
    for n, leg in enumerate(legs):
        if leg.array.day_volume_lots is None:
            continue
        most = max(abs(held[n]) for held in outcomes(legs))
        free = leg.array.day_volume_lots * rules.free_volume_bps // 10_000
        worst = max(abs(profit) for profit in leg.array.profit_minor)
        total += max(0, most - free) * worst * Fraction(rules.concentration_bps, 10_000)
    return ceil(total)
