"""The quote of an order: the collar around the mark, the worst price and the worst cost."""

from typing import Any, NamedTuple, Self

from zerodesk.bands import around
from zerodesk.instruments import Market
from zerodesk.money import MAX_EXACT, format_minor, share_bps
from zerodesk.orders import Side, Trigger, rises
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.rejections import Rejection, RejectionCode


class Collar(NamedTuple):
    """The prices that an order may name, both included, in ticks."""

    low_ticks: int
    high_ticks: int

    def admits(self, price_ticks: int) -> bool:
        """Whether a price lies inside."""
        return self.low_ticks <= price_ticks <= self.high_ticks

    def worst_ticks(self, side: Side) -> int:
        """Return the worst price inside for a side: what a market order may pay or take."""
        return self.high_ticks if side is Side.BUY else self.low_ticks


class Quote(NamedTuple):
    """What pricing answers for an order. Prices in ticks, amounts in minor units.

    ``worst_price_ticks`` is the limit, or the collar's end for a market order; ``need_minor`` of
    ``need_currency`` is the most that the order can cost, the taker's fee included. Of an order
    that names an amount, ``amount_minor``, ``most_lots`` are the most that it may trade.
    ``worth_minor`` is what the fee is of at worst, in the quote currency. The rates are those of
    the listing; an account's own come with its hold.
    """

    mark_price_ticks: int
    collar: Collar
    worst_price_ticks: int
    need_currency: str
    need_minor: int
    estimated_fee_minor: int
    maker_bps: int
    taker_bps: int
    amount_minor: int | None = None
    most_lots: int | None = None
    stop_limit_ticks: int | None = None
    """Of a pair: the worst price behind its stop."""
    option: OptionRisk | None = None
    """Of an option."""
    worth_minor: int | None = None
    """None in a quote of a version that did not say it: the listing's rates then hold."""

    def at_rates(self, maker_bps: int, taker_bps: int, *, holds_fee: bool) -> Self:
        """Return the quote of the same order at other rates.

        ``holds_fee`` says whether its fee is held with it: not where a seller delivers, who pays it
        out of the proceeds.

        Examples
        --------
        >>> quote = Quote(100, Collar(90, 110), 100, "USD", 1_005, 5, 2, 50, worth_minor=1_000)
        >>> quote.at_rates(-1, 40, holds_fee=True).need_minor
        1004
        """
        assert self.worth_minor is not None, "what the fee is of is known"
        fee_minor = share_bps(self.worth_minor, taker_bps)
        more_minor = fee_minor - self.estimated_fee_minor if holds_fee else 0
        return self._replace(
            maker_bps=maker_bps,
            taker_bps=taker_bps,
            estimated_fee_minor=fee_minor,
            need_minor=self.need_minor + more_minor,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the quote as JSON-able values, for the workflow; without what it has not."""
        values = {
            "mark_price_ticks": self.mark_price_ticks,
            "collar_low_ticks": self.collar.low_ticks,
            "collar_high_ticks": self.collar.high_ticks,
            "worst_price_ticks": self.worst_price_ticks,
            "need_currency": self.need_currency,
            "need_minor": self.need_minor,
            "estimated_fee_minor": self.estimated_fee_minor,
            "maker_bps": self.maker_bps,
            "taker_bps": self.taker_bps,
            "amount_minor": self.amount_minor,
            "most_lots": self.most_lots,
            "stop_limit_ticks": self.stop_limit_ticks,
            "option": self.option and self.option.to_dict(),
            "worth_minor": self.worth_minor,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the quote that ``to_dict`` wrote."""
        rest = dict(values)
        collar = Collar(rest.pop("collar_low_ticks"), rest.pop("collar_high_ticks"))
        if "option" in rest:
            rest["option"] = OptionRisk.from_dict(rest["option"])
        return cls(collar=collar, **rest)


def collar_around(mark_price_ticks: int, collar_bps: int) -> Collar:
    """Return the collar of ``collar_bps`` basis points on each side of the mark.

    The ends are rounded inwards, so the collar is never wider than stated; the mark itself is
    always inside, and the low end is at least one tick.

    Examples
    --------
    >>> collar_around(10_001, 500)
    Collar(low_ticks=9501, high_ticks=10501)
    """
    return Collar(*around(mark_price_ticks, collar_bps))


def outside_collar(
    market: Market, reference_ticks: int, collar: Collar, price_ticks: int, *, around: str = "mark"
) -> Rejection | None:
    """Return the refusal of a price outside the collar; None inside it."""
    if collar.admits(price_ticks):
        return None
    low, high = (market.format_price(end) for end in (collar.low_ticks, collar.high_ticks))
    return Rejection(
        RejectionCode.PRICING_COLLAR,
        f"price outside the collar {low} to {high} {market.quote} around the {around} "
        f"{market.format_price(reference_ticks)}",
        have=market.format_price(price_ticks),
        limit=f"{low} to {high}",
    )


def too_large(currency: str, need_minor: int) -> Rejection:
    """Return the refusal of an order beyond what integers keep exactly everywhere."""
    return Rejection(
        RejectionCode.PRICING_ORDER_TOO_LARGE,
        "the order is worth more than the venue settles in one",
        need=format_minor(need_minor, currency),
        limit=format_minor(MAX_EXACT, currency),
    )


def triggered_at_ticks(
    mark_price_ticks: int, side: Side, trigger: Trigger, trigger_ticks: int
) -> int:
    """Return the price around which an order that waits will find its market.

    It is the trigger's; for a trigger that the mark has passed already, which will not wait, the
    mark's: nobody gets around the collar by a trigger that is none.
    """
    passed_up = rises(is_buy=side is Side.BUY, trigger=trigger)
    return (max if passed_up else min)(mark_price_ticks, trigger_ticks)


def quote_quantity(
    market: Market,
    mark_price_ticks: int,
    side: Side,
    price_ticks: int | None,
    quantity_lots: int,
    trigger: tuple[Trigger, int] | None = None,
) -> Quote | Rejection:
    """Return the quote of an order, or why its price is refused.

    Parameters
    ----------
    market
        The listing, for steps, fees and the collar.
    mark_price_ticks
        The mark now, ticks, positive.
    side
        BUY or SELL.
    price_ticks
        The limit in ticks; None for a market order, which may go to the end of the collar.
    quantity_lots
        Lots, positive.
    trigger
        What the order waits for, and its price in ticks; None for an order that does not wait.
    """
    reference_ticks = mark_price_ticks
    if trigger is not None:
        reference_ticks = triggered_at_ticks(mark_price_ticks, side, *trigger)
    collar = collar_around(reference_ticks, market.collar_bps)
    worst_ticks = collar.worst_ticks(side) if price_ticks is None else price_ticks
    around = "mark" if trigger is None else "trigger"
    if refusal := outside_collar(market, reference_ticks, collar, worst_ticks, around=around):
        return refusal
    notional_minor = market.notional_minor(worst_ticks, quantity_lots)
    need_minor = market.need_minor(
        worst_ticks, quantity_lots, market.taker_bps, is_buy=side is Side.BUY
    )
    return _quoted(market, mark_price_ticks, collar, side, worst_ticks, need_minor, notional_minor)


def quote_amount(
    market: Market, mark_price_ticks: int, side: Side, amount_minor: int
) -> Quote | Rejection:
    """Return the quote of a market order that names an amount in place of a quantity.

    A buyer needs the amount and the fee on it, wherever it trades. A seller needs the lots that
    make up the amount at the worst price of the collar. Neither trades more lots than the amount
    comes to at the collar's low end, nor more than the market takes in one order.

    Parameters
    ----------
    market
        The listing, for steps, fees and the collar.
    mark_price_ticks
        The mark now, ticks, positive.
    side
        BUY or SELL.
    amount_minor
        What to spend, or to sell for, minor units of the quote currency, positive; without fees.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from zerodesk.listings import list_market
    >>> market = list_market(
    ...     symbol="BTC-USD", tick_size=Decimal(1), lot_size=Decimal("0.1"),
    ...     min_notional=Decimal(0), max_quantity=Decimal(100), maker_bps=0, taker_bps=50,
    ...     collar_bps=1_000, reference_price=Decimal(100))
    >>> bought = quote_amount(market, 100, Side.BUY, 500_000_000)
    >>> bought.worst_price_ticks, bought.most_lots, bought.need_minor
    (110, 55, 502500000)
    >>> sold = quote_amount(market, 100, Side.SELL, 500_000_000)
    >>> sold.worst_price_ticks, sold.most_lots, sold.need_currency
    (90, 55, 'BTC')
    """
    collar = collar_around(mark_price_ticks, market.collar_bps)
    lots = amount_minor // market.notional_minor(collar.low_ticks, 1)
    # The mark may have moved since the amount came to a lot: it then takes what it still covers.
    most_lots = min(max(lots, 1), market.max_quantity_lots)
    if market.held_currency(is_buy=side is Side.BUY) == market.quote:
        is_buy = side is Side.BUY
        need_minor = market.amount_need_minor(amount_minor, market.taker_bps, is_buy=is_buy)
    else:
        need_minor = market.sell_need_minor(most_lots)
    worst_ticks = collar.worst_ticks(side)
    quote = _quoted(market, mark_price_ticks, collar, side, worst_ticks, need_minor, amount_minor)
    if isinstance(quote, Rejection):
        return quote
    return quote._replace(amount_minor=amount_minor, most_lots=most_lots)


def quote_pair(
    market: Market,
    mark_price_ticks: int,
    side: Side,
    price_ticks: int,
    quantity_lots: int,
    stop_ticks: int,
    stop_limit_ticks: int | None,
) -> Quote | Rejection:
    """Return the quote of a limit order with a stop beside it, or why a price of it is refused.

    Each way keeps to its own collar, around the mark and around the stop, and the larger of their
    needs is what the order needs.

    Parameters
    ----------
    stop_ticks
        The price that triggers the stop.
    stop_limit_ticks
        The limit behind it; None at the market, to the end of the collar around the stop.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from zerodesk.listings import list_market
    >>> market = list_market(
    ...     symbol="BTC-USD", tick_size=Decimal(1), lot_size=Decimal("0.1"),
    ...     min_notional=Decimal(0), max_quantity=Decimal(100), maker_bps=0, taker_bps=50,
    ...     collar_bps=1_000, reference_price=Decimal(100))
    >>> pair = quote_pair(market, 100, Side.BUY, 95, 10, 110, None)
    >>> pair.worst_price_ticks, pair.stop_limit_ticks, pair.need_minor
    (95, 121, 121605000)
    """
    limit = quote_quantity(market, mark_price_ticks, side, price_ticks, quantity_lots)
    trigger = (Trigger.STOP, stop_ticks)
    stop = quote_quantity(
        market, mark_price_ticks, side, stop_limit_ticks, quantity_lots, trigger=trigger
    )
    if isinstance(limit, Rejection) or isinstance(stop, Rejection):
        return limit if isinstance(limit, Rejection) else stop
    return limit._replace(
        need_minor=max(limit.need_minor, stop.need_minor),
        estimated_fee_minor=max(limit.estimated_fee_minor, stop.estimated_fee_minor),
        stop_limit_ticks=stop.worst_price_ticks,
        worth_minor=max(limit.worth_minor or 0, stop.worth_minor or 0),
    )


def _quoted(
    market: Market,
    mark_price_ticks: int,
    collar: Collar,
    side: Side,
    worst_price_ticks: int,
    need_minor: int,
    worth_minor: int,
) -> Quote | Rejection:
    """Return the quote of an order worth so much, unless that is more than is settled in one."""
    currency = market.held_currency(is_buy=side is Side.BUY)
    if max(need_minor, worth_minor) > MAX_EXACT:
        return too_large(currency, need_minor)
    return Quote(
        mark_price_ticks=mark_price_ticks,
        collar=collar,
        worst_price_ticks=worst_price_ticks,
        need_currency=currency,
        need_minor=need_minor,
        estimated_fee_minor=share_bps(worth_minor, market.taker_bps),
        maker_bps=market.maker_bps,
        taker_bps=market.taker_bps,
        worth_minor=worth_minor,
    )
