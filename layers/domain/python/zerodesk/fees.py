"""What a fill costs, or brings: the arithmetic of fees and rebates, to the unit.

A rate is in basis points of the notional. A taker pays; a maker pays, or has a rebate where its
rate is negative. A fee is rounded down and so is the size of a rebate, per fill. A rebate comes out
of the taker's fee of the same trade and is never more than that: no trade costs the house anything,
whatever rates its two orders came with. What is rounded off stays with whom it would have left.
"""

from zerodesk.money import share_bps


def rebate_minor(notional_minor: int, rate_bps: int, taker_fee_minor: int) -> int:
    """Return the fee of a maker whose rate is negative: what it gets, as a negative amount.

    Examples
    --------
    >>> rebate_minor(99_999, -2, 49), rebate_minor(99_999, -2, 7)
    (-19, -7)
    """
    return -min(share_bps(notional_minor, -rate_bps), taker_fee_minor)


def maker_fee_minor(notional_minor: int, rate_bps: int, taker_fee_minor: int) -> int:
    """Return the fee of a trade's maker, negative if it is a rebate.

    Examples
    --------
    >>> maker_fee_minor(99_999, 2, 49), maker_fee_minor(99_999, -2, 49)
    (19, -19)
    """
    if rate_bps < 0:
        return rebate_minor(notional_minor, rate_bps, taker_fee_minor)
    return share_bps(notional_minor, rate_bps)


def auction_fee_minor(notional_minor: int, rate_bps: int) -> int:
    """Return the fee of either side of an auction's trade, by its maker's rate.

    Nobody takes there, so nobody's fee could pay a rebate, and there is none.

    Examples
    --------
    >>> auction_fee_minor(99_999, 2), auction_fee_minor(99_999, -2)
    (19, 0)
    """
    return share_bps(notional_minor, max(0, rate_bps))
