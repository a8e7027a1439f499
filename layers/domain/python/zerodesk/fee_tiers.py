"""Fee tiers: who trades more pays less, by the turnover of 30 days.

A schedule is of a quote currency, for all markets that are quoted in it, or of one market, which
then goes by that alone. Where neither is, the rates of the listing hold. An order's tier is decided
where its hold is made, and its rates travel with it: what happens later does not change them.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, NamedTuple, Self

from zerodesk.instruments import MAX_FEE_BPS

MAX_FEE_TIERS: Final = 20
"""Of one schedule: all of them are read with every order."""


class FeeTier(NamedTuple):
    """The rates from a turnover on, in basis points; a negative maker's rate is a rebate."""

    from_minor: int
    maker_bps: int
    taker_bps: int


class FeeTiersError(ValueError):
    """Tiers that break a rule; ``tier`` counts from zero, ``field`` and ``rule`` say why."""

    def __init__(self, tier: int, field: str, value: int, rule: str) -> None:
        super().__init__(f"tier {tier}: {field} {value}: {rule}")
        self.tier, self.field, self.value, self.rule = tier, field, value, rule


class Schedule(NamedTuple):
    """The tiers of a currency or of a market, ascending; ``scope`` is its name."""

    scope: str
    tiers: tuple[FeeTier, ...]

    @classmethod
    def of(cls, scope: str, rows: Sequence[Sequence[int]]) -> Self:
        """Return the schedule that ``rows`` wrote."""
        return cls(scope, tuple(FeeTier(*row) for row in rows))

    def rows(self) -> list[list[int]]:
        """Return the tiers as JSON-able values."""
        return [list(tier) for tier in self.tiers]

    def tier_at(self, turnover_minor: int) -> int:
        """Return which tier a turnover has reached, counted from zero.

        Examples
        --------
        >>> schedule = Schedule("USD", (FeeTier(0, 2, 5), FeeTier(1_000, 0, 4)))
        >>> schedule.tier_at(999), schedule.tier_at(1_000)
        (0, 1)
        """
        return sum(tier.from_minor <= turnover_minor for tier in self.tiers) - 1


def checked(tiers: Sequence[FeeTier]) -> tuple[FeeTier, ...]:
    """Return tiers that make sense: from nothing on, rising, and never dearer for who trades more.

    A rebate is at most the lowest taker's rate of the schedule, for it is paid out of that.

    Raises
    ------
    FeeTiersError
        The first tier that breaks a rule.

    Examples
    --------
    >>> checked([FeeTier(0, 2, 5), FeeTier(1_000, -3, 4)])[1].maker_bps
    -3
    """
    lowest_bps = min((tier.taker_bps for tier in tiers), default=0)
    for number, tier in enumerate(tiers):
        if not 0 <= tier.taker_bps <= MAX_FEE_BPS:
            raise FeeTiersError(number, "taker_bps", tier.taker_bps, f"0 to {MAX_FEE_BPS}")
        if not -lowest_bps <= tier.maker_bps <= tier.taker_bps:
            rule = f"at most its taker_bps, at least {-lowest_bps}: no taker pays less than that"
            raise FeeTiersError(number, "maker_bps", tier.maker_bps, rule)
        if number == 0 and tier.from_minor:
            raise FeeTiersError(0, "from_turnover", tier.from_minor, "0, for those who come first")
    _check_steps(tiers)
    return tuple(tiers)


def _check_steps(tiers: Sequence[FeeTier]) -> None:
    for number, (lower, upper) in enumerate(pairwise(tiers), start=1):
        if upper.from_minor <= lower.from_minor:
            rule = "more than that of the tier before"
            raise FeeTiersError(number, "from_turnover", upper.from_minor, rule)
        for field in ("maker_bps", "taker_bps"):
            if getattr(upper, field) > getattr(lower, field):
                rule = "at most that of the tier before"
                raise FeeTiersError(number, field, getattr(upper, field), rule)


class Charged(NamedTuple):
    """What an order is charged, and why: the schedule, the tier, the turnover that reached it."""

    scope: str
    tier: int
    turnover_minor: int
    maker_bps: int
    taker_bps: int

    def to_dict(self) -> dict[str, Any]:
        """Return what the rates follow from, for a record; the order's command has the rates."""
        return {"scope": self.scope, "tier": self.tier, "turnover_minor": self.turnover_minor}


def charged(schedule: Schedule, turnover_minor: int) -> Charged:
    """Return the rates of a turnover."""
    tier = schedule.tier_at(turnover_minor)
    _, maker_bps, taker_bps = schedule.tiers[tier]
    return Charged(schedule.scope, tier, turnover_minor, maker_bps, taker_bps)
