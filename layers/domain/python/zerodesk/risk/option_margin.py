"""Margin of a position in an option by itself: what buying it back could cost at worst.

A buyer has paid and can lose no more. A seller must be able to buy back: the mark, and beyond it
the largest loss in a scenario, a share of the underlying at least; to keep the position, a part of
what is beyond.
"""

from typing import Final, NamedTuple

from zerodesk.money import share_bps
from zerodesk.risk.marked import Marked
from zerodesk.risk.portfolio import Leg, PortfolioRules, RiskArray, portfolio_margin

SHORT_MINIMUM_BPS: Final = 500
"""Beyond the mark, of what the underlying of a short lot is worth: the scenarios know no jump that
makes an option far out of the money worth something."""


class OptionNeed(NamedTuple):
    """What a position in an option needs to be opened and to be kept, minor units."""

    initial_minor: int = 0
    maintenance_minor: int = 0


def option_need(symbol: str, marked: Marked, quantity_lots: int, sell_lots: int = 0) -> OptionNeed:
    """Return what a position in an option needs, with all that may still be sold of it sold.

    What selling would bring is not counted before it is there, and buying is paid out of what is
    held: so to have sold all and bought nothing is the worst that the open orders can lead to.

    Examples
    --------
    >>> from zerodesk.pricing.option_risk import OptionRisk
    >>> risk = OptionRisk(1, 0, 7, (30, -90), 0, 1_000)
    >>> call = Marked("BTC", "USD", 10, 1, 7, 0, option=risk)
    >>> symbol = "BTC-25DEC26-100-C"
    >>> option_need(symbol, call, 5, 5).initial_minor, option_need(symbol, call, 5, 7)
    (0, OptionNeed(initial_minor=240, maintenance_minor=220))
    """
    net_lots = quantity_lots - sell_lots
    risk = marked.option
    if risk is None or net_lots >= 0:
        return OptionNeed()
    array = RiskArray(
        symbol=symbol,
        version=risk.surface_version,
        profit_minor=risk.profit_minor,
        delta_millionths=risk.delta_millionths,
        is_option=True,
        value_minor=marked.notional_minor(marked.mark_price_ticks, 1),
    )
    short_minimum_minor = share_bps(risk.underlying_minor, SHORT_MINIMUM_BPS)
    rules = PortfolioRules(short_minimum_minor=short_minimum_minor)
    found = portfolio_margin([Leg(array, net_lots)], rules)
    buying_back_minor = -found.option_value_minor
    return OptionNeed(
        found.initial_minor + buying_back_minor, found.maintenance_minor + buying_back_minor
    )
