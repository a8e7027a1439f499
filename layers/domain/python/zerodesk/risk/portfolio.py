"""Portfolio margin: what all instruments of one underlying could lose together.

Pricing publishes a risk array for each instrument: what one lot, held long, makes in each scenario
of price and volatility, the extremes already at their partial weight. What a portfolio makes is
then a sum of products of integers. After CME's SPAN, "Standard Portfolio Analysis of Risk": scan
risk, inter-month charge, short option minimum; and an add-on for what is large against its market.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import mul
from typing import Final

from zerodesk.money import BASIS_POINTS

PER_UNIT: Final = 1_000_000
"""A delta of one underlying, in millionths."""

Sums = tuple[int, ...]


class RiskArraysError(ValueError):
    """Risk arrays that do not go together: of other versions, or of other scenarios."""


@dataclass(frozen=True, slots=True)
class RiskArray:
    """What pricing says of one lot of an instrument, held long. Amounts in minor units.

    ``delta_millionths`` is in lots of the underlying; ``expiry`` names the month or day in which
    the instrument ends, empty for what has no end. ``value_minor`` is what a lot of an option is
    worth, zero for what is settled daily.
    """

    symbol: str
    version: int
    profit_minor: Sums
    delta_millionths: int
    expiry: str = ""
    is_option: bool = False
    value_minor: int = 0
    day_volume_lots: int | None = None

    @property
    def worst_minor(self) -> int:
        """The most that one lot can lose in a scenario, on the worse side."""
        return max(map(abs, self.profit_minor))


@dataclass(frozen=True, slots=True)
class Leg:
    """A position in an instrument, and what open orders may still buy and sell."""

    array: RiskArray
    quantity_lots: int
    buy_lots: int = 0
    sell_lots: int = 0

    @property
    def short_lots(self) -> int:
        """How many lots may be short at worst."""
        return max(0, self.sell_lots - self.quantity_lots)

    @property
    def worst_lots(self) -> int:
        """The largest position, either way, that the open orders could lead to."""
        bought, sold = self.quantity_lots + self.buy_lots, self.quantity_lots - self.sell_lots
        return max(abs(bought), abs(sold))


@dataclass(frozen=True, slots=True)
class PortfolioRules:
    """The amounts and shares of portfolio margin for one underlying, minor units.

    ``intermonth_minor`` is charged for each underlying lot of delta in one expiry that is offset by
    another; ``short_minimum_minor`` for each short option. Beyond ``free_volume_bps`` of what its
    market trades in a day, a position needs ``concentration_bps`` more of its own worst loss.
    """

    maintenance_bps: int = 8_000
    intermonth_minor: int = 0
    short_minimum_minor: int = 0
    free_volume_bps: int = BASIS_POINTS
    concentration_bps: int = 0


@dataclass(frozen=True, slots=True)
class PortfolioMargin:
    """What a portfolio needs, and the parts that it is made of. Minor units."""

    scan_minor: int
    worst_scenario: int
    intermonth_minor: int
    short_minimum_minor: int
    concentration_minor: int
    initial_minor: int
    maintenance_minor: int
    option_value_minor: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Sums over scenarios as an account keeps them, valid for one version of the risk arrays.

    ``profit_minor`` is of the positions. ``order_loss_minor`` is what the open orders could lose
    beyond: in each scenario those are filled that lose there, which is the worst of all the ways in
    which some are filled and some are not.
    """

    version: int
    profit_minor: Sums
    order_loss_minor: Sums

    def with_position(self, array: RiskArray, lots: int) -> "Kept":
        """Return the sums after a fill of so many lots, negative if sold."""
        _assert_fits(self, array)
        pairs = zip(self.profit_minor, array.profit_minor, strict=True)
        return Kept(
            self.version, tuple([sum_ + lots * p for sum_, p in pairs]), self.order_loss_minor
        )

    def with_order(self, array: RiskArray, lots: int) -> "Kept":
        """Return the sums with a further order: to buy so many lots, or to sell if negative."""
        _assert_fits(self, array)
        return Kept(self.version, self.profit_minor, self._order_losses(array, lots, 1))

    def without_order(self, array: RiskArray, lots: int) -> "Kept":
        """Return the sums without an order, or a part of one, that they had."""
        _assert_fits(self, array)
        return Kept(self.version, self.profit_minor, self._order_losses(array, lots, -1))

    def _order_losses(self, array: RiskArray, lots: int, sign: int) -> Sums:
        pairs = zip(self.order_loss_minor, array.profit_minor, strict=True)
        return tuple([loss + sign * max(0, -lots * profit) for loss, profit in pairs])

    def scan(self) -> tuple[int, int]:
        """Return (the largest loss, in which scenario), never less than nothing."""
        worst = max(
            range(len(self.profit_minor)),
            key=lambda one: self.order_loss_minor[one] - self.profit_minor[one],
        )
        return max(0, self.order_loss_minor[worst] - self.profit_minor[worst]), worst


def _assert_fits(kept: Kept, array: RiskArray) -> None:
    if kept.version != array.version or len(kept.profit_minor) != len(array.profit_minor):
        raise RiskArraysError(f"sums of version {kept.version}, {array.symbol} {array.version}")


def summed(legs: Sequence[Leg]) -> Kept:
    """Return the sums of a portfolio, made anew.

    Raises
    ------
    RiskArraysError
        There is no leg, or the arrays are of more than one version or of other scenarios.
    """
    if not legs:
        raise RiskArraysError("no instrument, so no scenarios")
    first = legs[0].array
    for leg in legs:
        array = leg.array
        if array.version != first.version or len(array.profit_minor) != len(first.profit_minor):
            raise RiskArraysError(f"{first.symbol} {first.version}, {array.symbol} {array.version}")
    lots = [leg.quantity_lots for leg in legs]
    columns = zip(*[leg.array.profit_minor for leg in legs], strict=True)
    loss_minor = [0] * len(first.profit_minor)
    for leg in legs:
        buy_lots, sell_lots = leg.buy_lots, leg.sell_lots
        if buy_lots or sell_lots:
            pairs = zip(loss_minor, leg.array.profit_minor, strict=True)
            loss_minor = [
                loss + (sell_lots * profit if profit > 0 else -buy_lots * profit)
                for loss, profit in pairs
            ]
    # Scenario by scenario, so that the products are summed without a loop of ours.
    profit_minor = tuple([sum(map(mul, lots, column)) for column in columns])
    return Kept(first.version, profit_minor, tuple(loss_minor))


def portfolio_margin(
    legs: Sequence[Leg], rules: PortfolioRules, kept: Kept | None = None
) -> PortfolioMargin:
    """Return what a portfolio needs; from sums that were kept, where they are of this version.

    The larger of scan risk with inter-month charge and of the short option minimum, and the
    concentration add-on beyond it.
    """
    if kept is None or kept.version != legs[0].array.version:
        kept = summed(legs)
    scan_minor, worst_scenario = kept.scan()
    intermonth_minor = _intermonth_minor(legs, rules)
    short_lots = sum(leg.short_lots for leg in legs if leg.array.is_option)
    short_minimum_minor = short_lots * rules.short_minimum_minor
    concentration_minor = _concentration_minor(legs, rules)
    initial_minor = max(scan_minor + intermonth_minor, short_minimum_minor) + concentration_minor
    return PortfolioMargin(
        scan_minor=scan_minor,
        worst_scenario=worst_scenario,
        intermonth_minor=intermonth_minor,
        short_minimum_minor=short_minimum_minor,
        concentration_minor=concentration_minor,
        initial_minor=initial_minor,
        maintenance_minor=-(-initial_minor * rules.maintenance_bps // BASIS_POINTS),
        option_value_minor=sum(leg.quantity_lots * leg.array.value_minor for leg in legs),
    )


def _intermonth_minor(legs: Iterable[Leg], rules: PortfolioRules) -> int:
    """Charge deltas that offset each other across expiries: months do not move as one.

    Open orders add to whichever side they are on, which never charges too little.
    """
    if not rules.intermonth_minor:
        return 0
    deltas: dict[str, tuple[int, int]] = {}
    for leg in legs:
        delta = leg.array.delta_millionths
        longer = max(leg.buy_lots * delta, -leg.sell_lots * delta, 0)
        shorter = min(leg.buy_lots * delta, -leg.sell_lots * delta, 0)
        high, low = deltas.get(leg.array.expiry, (0, 0))
        net = leg.quantity_lots * delta
        deltas[leg.array.expiry] = (high + net + longer, low + net + shorter)
    long = sum(max(0, high) for high, _ in deltas.values())
    short = sum(max(0, -low) for _, low in deltas.values())
    return -(-min(long, short) * rules.intermonth_minor // PER_UNIT)


def _concentration_minor(legs: Iterable[Leg], rules: PortfolioRules) -> int:
    """Charge lots beyond a share of a day's volume: it takes longer to get rid of them."""
    if not rules.concentration_bps:
        return 0
    total = 0
    for leg in legs:
        if leg.array.day_volume_lots is not None:
            free_lots = leg.array.day_volume_lots * rules.free_volume_bps // BASIS_POINTS
            excess_lots = leg.worst_lots - free_lots
            if excess_lots > 0:
                total += excess_lots * leg.array.worst_minor * rules.concentration_bps
    return -(-total // BASIS_POINTS)


def collateral_minor(worth_minor: Mapping[str, int], haircuts_bps: Mapping[str, int]) -> int:
    """Return what collateral counts for: what it is worth, less each currency's haircut.

    Parameters
    ----------
    worth_minor
        What the account has of each currency at the mark, in the quote currency; never negative.
    haircuts_bps
        By currency; what has none does not count.

    Examples
    --------
    >>> collateral_minor({"USD": 100, "BTC": 999}, {"USD": 0, "BTC": 1_000})
    999
    """
    total = 0
    for currency, amount_minor in worth_minor.items():
        if amount_minor < 0:
            raise ValueError(f"collateral of {amount_minor} {currency}")
        if currency in haircuts_bps:
            total += amount_minor * (BASIS_POINTS - haircuts_bps[currency]) // BASIS_POINTS
    return total
