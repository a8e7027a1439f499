"""What an amend needs beyond the hold of its order."""

from typing import Final, NamedTuple

from zerodesk.accounts import Change
from zerodesk.commands import AmendCommand
from zerodesk.instruments import FEE_HOLD_MINOR
from zerodesk.money import share_bps
from zerodesk.risk.admission import held_or_refused
from zerodesk.risk.case import Case
from zerodesk.risk.chain import assess

ROUNDING_MINOR: Final = 1
"""Fees round down, so what two quantities need may differ by a unit more after a fill between the
check and the book. What is not needed comes back."""

LEAST_MINOR: Final = 1
"""What is held puts the decision on the account's record: the next try finds it there."""


class Amended(NamedTuple):
    """An order as it would stand after an amend, and what is held of it now."""

    is_buy: bool
    price_ticks: int
    remaining_lots: int
    rate_bps: int
    held_minor: int
    tick_value_minor: int
    delivered_minor: int
    is_option: bool = False


def beyond_hold_minor(amended: Amended) -> int:
    """Return what is held for an amended order beyond its hold, a unit at least.

    Fills between the check and the book leave this enough unless the amend takes a lower price for
    more lots: the book then refuses it, and the client may ask again.

    Examples
    --------
    >>> beyond_hold_minor(Amended(False, 100, 7, 5, 500, 1, 100))
    200
    >>> beyond_hold_minor(Amended(True, 100, 7, 50, 500, 1, 100))
    204
    >>> beyond_hold_minor(Amended(True, 100, 4, 50, 500, 1, 100))
    1
    >>> beyond_hold_minor(Amended(True, 100, 7, 50, 500, 1, 0, is_option=True))
    204
    """
    if amended.delivered_minor and not amended.is_buy:
        need_minor = amended.remaining_lots * amended.delivered_minor
        return max(LEAST_MINOR, need_minor - amended.held_minor)
    notional_minor = amended.price_ticks * amended.remaining_lots * amended.tick_value_minor
    is_paid = amended.delivered_minor or (amended.is_option and amended.is_buy)
    need_minor = share_bps(notional_minor, amended.rate_bps)
    need_minor += notional_minor if is_paid else FEE_HOLD_MINOR
    return max(LEAST_MINOR, need_minor - amended.held_minor + ROUNDING_MINOR)


def admit_amend(case: Case, command: AmendCommand) -> Change:
    """Return the account with what an amend needs held, or with its refusal on record.

    ``case`` is of the lots that come on top, and of what they need beyond the order's hold. At a
    lower price that is less than they are worth, as the order's own hold covers some of them.
    """
    return held_or_refused(case, command, assess(case))
