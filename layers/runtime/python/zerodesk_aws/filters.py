"""The filters: a request in decimals becomes ticks, lots and minor units, or is refused."""

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from zerodesk.codec import canonical_json
from zerodesk.instruments import Market, Product
from zerodesk.money import MAX_EXACT, NumberError, format_minor, to_minor
from zerodesk.orders import SelfTrade
from zerodesk.times import iso_ms
from zerodesk_aws.api.problems import ProblemCode, ProblemError, inside, refused
from zerodesk_aws.clock import as_ms
from zerodesk_aws.contracts.orders import MAX_DAYS, OrderTerms, PlaceOrder

if TYPE_CHECKING:
    from zerodesk_aws.contracts.order_changes import AmendOrder

DAY_MS: Final = 24 * 60 * 60 * 1000


def order_terms(asked: PlaceOrder, market: Market) -> dict[str, Any]:
    """Return what was asked in the market's own units, defaults filled in.

    Requests that mean the same have the same terms: "1.0" is "1.00" is "1". A special term that
    the order has not is left out, so that most orders say what they always said.

    Raises
    ------
    ProblemError
        The first filter that is broken: tick, lot, maximum quantity, minimum notional. That of a
        market order goes by the mark, see ``below_min_notional``.
    """
    named = {"client_order_id": asked.client_order_id, "symbol": market.symbol}
    terms = named | _terms(asked, market, None)
    if asked.then is not None:
        try:
            terms["then"] = _terms(asked.then, market, terms["price_ticks"])
        except ProblemError as error:
            raise inside("then", error) from error
    return terms


def _terms(asked: OrderTerms, market: Market, near_ticks: int | None) -> dict[str, Any]:
    """Return the terms of an order; what has no price is worth what it is near to, if known."""
    if market.product is Product.OPTION:
        _only_plain(asked, market)
    price_ticks = _price_ticks("price", asked.price, market)
    trigger_ticks = _price_ticks("trigger_price", asked.trigger_price, market)
    how_much = _how_much(asked, market)
    worth_ticks = price_ticks or trigger_ticks or near_ticks
    if worth_ticks is not None:
        refusal = below_min_notional(market, worth_ticks, how_much["quantity_lots"])
        if refusal is not None:
            raise refusal
    return {
        "side": asked.side.value,
        "type": asked.type.value,
        "price_ticks": price_ticks,
        **how_much,
        "time_in_force": asked.in_force.value,
        "post_only": asked.post_only,
    } | _special_terms(asked, market)


def _only_plain(asked: OrderTerms, market: Market) -> None:
    """Refuse what an order of an option has not: its price moves with another market's."""
    for name in ("quote_amount", "trigger", "stop_price"):
        value = getattr(asked, name)
        if value is not None:
            text = format(value, "f") if isinstance(value, Decimal) else str(value)
            rule = f"absent in {market.symbol}: an option is ordered by quantity, at once"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, name, text, rule)


def _how_much(asked: OrderTerms, market: Market) -> dict[str, int]:
    if asked.quote_amount is not None:
        minor = amount_minor_of(asked.quote_amount, market.quote, field="quote_amount")
        return {"amount_minor": minor}
    assert asked.quantity is not None, "an order without an amount has a quantity"
    return {"quantity_lots": whole_quantity_lots(asked.quantity, market)}


def amend_changes(asked: "AmendOrder", market: Market) -> dict[str, int]:
    """Return what an amend changes, in the market's own units, or refuse as for an order."""
    changes: dict[str, int] = {}
    if asked.price is not None:
        changes["price_ticks"] = price_ticks_of("price", asked.price, market)
    if asked.quantity is not None:
        changes["quantity_lots"] = whole_quantity_lots(asked.quantity, market)
    return changes


def whole_quantity_lots(quantity: Decimal, market: Market) -> int:
    """Return an order's quantity in lots, or refuse one off the lot or above the maximum."""
    quantity_lots = lots_of("quantity", quantity, market)
    if quantity_lots > market.max_quantity_lots:
        raise refused(
            ProblemCode.INTAKE_ABOVE_MAX_QUANTITY,
            "quantity",
            format(quantity, "f"),
            f"at most {market.format_quantity(market.max_quantity_lots)} {market.base}",
        )
    return quantity_lots


def _special_terms(asked: OrderTerms, market: Market) -> dict[str, Any]:
    terms: dict[str, Any] = _reducing_terms(asked, market)
    if asked.self_trade is not SelfTrade.NONE:
        terms["self_trade"] = asked.self_trade.value
    if asked.min_quantity is not None:
        terms["min_quantity_lots"] = lots_of("min_quantity", asked.min_quantity, market)
    if asked.display_quantity is not None:
        terms["display_lots"] = lots_of("display_quantity", asked.display_quantity, market)
    if asked.slides:
        terms["slides"] = True
    if asked.trigger is not None:
        terms |= _trigger_terms(asked, market)
    if asked.stop_price is not None:
        terms |= _stop_terms(asked, market)
    if asked.expires_at is not None:
        terms["expires_at_ms"] = as_ms(asked.expires_at)
    return terms


def _reducing_terms(asked: OrderTerms, market: Market) -> dict[str, Any]:
    """Return that an order only reduces, or refuse it where there is no position to reduce."""
    if not asked.reduce_only:
        return {}
    if market.product is Product.SPOT:
        rule = f"false in {market.symbol}: what is delivered has no position"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "reduce_only", "true", rule)
    return {"reduce_only": True}


def _stop_terms(asked: OrderTerms, market: Market) -> dict[str, Any]:
    limit_ticks = _price_ticks("stop_limit_price", asked.stop_limit_price, market)
    terms: dict[str, Any] = {"stop_ticks": _price_ticks("stop_price", asked.stop_price, market)}
    return terms | ({"stop_limit_ticks": limit_ticks, "stop_rests": True} if limit_ticks else {})


def _trigger_terms(asked: OrderTerms, market: Market) -> dict[str, Any]:
    terms = {
        "trigger": asked.trigger and asked.trigger.value,
        "trigger_ticks": _price_ticks("trigger_price", asked.trigger_price, market),
        "trail_ticks": _price_ticks("trail", asked.trail, market),
        "trail_bps": asked.trail_bps,
    }
    return {name: value for name, value in terms.items() if value is not None}


def below_min_notional(market: Market, price_ticks: int, quantity_lots: int) -> ProblemError | None:
    """Return the refusal of an order that is worth too little, or None."""
    notional_minor = market.notional_minor(price_ticks, quantity_lots)
    if notional_minor >= market.min_notional_minor:
        return None
    return refused(
        ProblemCode.INTAKE_BELOW_MIN_NOTIONAL,
        "quantity",
        f"{market.format_quantity(quantity_lots)} at {market.format_price(price_ticks)}",
        f"worth at least {format_minor(market.min_notional_minor, market.quote)} {market.quote}",
    )


def bad_amount(market: Market, price_ticks: int, amount_minor: int) -> ProblemError | None:
    """Return the refusal of an amount that is too little, or comes to too many lots, or None."""
    lots = amount_minor // market.notional_minor(price_ticks, 1)
    value = format_minor(amount_minor, market.quote)
    at_price = f"at {market.format_price(price_ticks)}"
    if amount_minor < market.min_notional_minor:
        least = format_minor(market.min_notional_minor, market.quote)
        rule, code = f"at least {least} {market.quote}", ProblemCode.INTAKE_BELOW_MIN_NOTIONAL
    elif not lots:
        least = format_minor(market.notional_minor(price_ticks, 1), market.quote)
        rule = f"at least {least} {market.quote}, a lot {at_price}"
        code = ProblemCode.INTAKE_BELOW_MIN_NOTIONAL
    elif lots > market.max_quantity_lots:
        most = market.format_quantity(market.max_quantity_lots)
        rule = f"worth at most {most} {market.base} {at_price}"
        code = ProblemCode.INTAKE_ABOVE_MAX_QUANTITY
    else:
        return None
    return refused(code, "quote_amount", value, rule)


def bad_worth(market: Market, mark_ticks: int, terms: dict[str, Any]) -> ProblemError | None:
    """Return the refusal of a market order for what it is worth by the mark, or None."""
    if "amount_minor" in terms:
        return bad_amount(market, mark_ticks, terms["amount_minor"])
    return below_min_notional(market, mark_ticks, terms["quantity_lots"])


def bad_expiry(expires_at_ms: int, now_ms: int) -> ProblemError | None:
    """Return the refusal of an order that would end before it begins, or not for very long."""
    if now_ms < expires_at_ms <= now_ms + MAX_DAYS * DAY_MS:
        return None
    return refused(
        ProblemCode.INTAKE_BAD_VALUE,
        "expires_at",
        iso_ms(expires_at_ms),
        f"later than now, {iso_ms(now_ms)}, and at most {MAX_DAYS} days",
    )


def end_of_day_ms(at_ms: int) -> int:
    """Return when the day of a moment ends, in UTC.

    Examples
    --------
    >>> end_of_day_ms(86_399_999), end_of_day_ms(86_400_000)
    (86400000, 172800000)
    """
    return (at_ms // DAY_MS + 1) * DAY_MS


def amount_minor_of(amount: Decimal, currency: str, *, field: str = "amount") -> int:
    """Return an amount in minor units, or refuse one that is finer than its currency."""
    try:
        return to_minor(amount, currency)
    except NumberError as error:
        raise refused(
            ProblemCode.INTAKE_OFF_PRECISION, field, format(amount, "f"), error.rule
        ) from error


def fingerprint(terms: dict[str, Any]) -> str:
    """Return the digest by which a repeat is told from another request with the same id."""
    return hashlib.sha256(canonical_json(terms)).hexdigest()


def _price_ticks(field: str, asked: Decimal | None, market: Market) -> int | None:
    return None if asked is None else price_ticks_of(field, asked, market)


def price_ticks_of(field: str, asked: Decimal, market: Market) -> int:
    """Return a price in ticks, or refuse one that is off the tick or beyond all bounds."""
    price = format(asked, "f")
    try:
        price_ticks = market.price_ticks(asked)
    except NumberError as error:
        raise refused(ProblemCode.INTAKE_OFF_TICK, field, price, error.rule) from error
    if price_ticks > MAX_EXACT:
        most = market.format_price(MAX_EXACT)
        raise refused(ProblemCode.INTAKE_BAD_NUMBER, field, price, f"at most {most}")
    return price_ticks


def lots_of(field: str, quantity: Decimal, market: Market) -> int:
    """Return a quantity in lots, or refuse one that is off the lot."""
    try:
        return market.quantity_lots(quantity)
    except NumberError as error:
        text = format(quantity, "f")
        raise refused(ProblemCode.INTAKE_OFF_LOT, field, text, error.rule) from error
