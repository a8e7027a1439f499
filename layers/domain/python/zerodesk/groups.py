"""One triggers the other: what the order that follows is held for, and what it need not be."""

from zerodesk.instruments import Market
from zerodesk.money import BASIS_POINTS
from zerodesk.orders import PlaceCommand, Side


def brings_at_least_minor(market: Market, first: PlaceCommand) -> int:
    """Return what an order brings at least once all of it is filled, where lots are delivered.

    Of a buyer the lots, of a seller the money at its limit without the dearer of its two fees; in
    minor units of what it gets for what it gives.
    """
    lots = first["quantity_lots"]
    if first["side"] == Side.BUY:
        return lots * market.delivered_minor
    worth_minor = market.notional_minor(first["price_ticks"], lots)
    rate_bps = max(first["maker_bps"], first["taker_bps"])
    return worth_minor - worth_minor * rate_bps // BASIS_POINTS


def to_hold_minor(market: Market, first: PlaceCommand, then: PlaceCommand, need_minor: int) -> int:
    """Return what is to be held from the start for an order that follows another one.

    It is what it needs, but for what the first brings of it: each fill of the first adds to the
    hold, so that nobody can spend it in between, and all of them add up to the need.

    Parameters
    ----------
    first, then
        The two orders; nothing is brought where nothing is delivered, or both are of one side.
    need_minor
        What the order that follows will need, minor units of what it gives.
    """
    if not market.delivered_minor or first["side"] == then["side"]:
        return need_minor
    return max(0, need_minor - brings_at_least_minor(market, first))
