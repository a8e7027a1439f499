"""The filters: a request in decimals becomes ticks, lots and minor units, or is refused."""

import hashlib
from decimal import Decimal
from typing import Any

from zerodesk.codec import canonical_json
from zerodesk.instruments import Market
from zerodesk.money import MAX_EXACT, NumberError, format_minor, to_minor
from zerodesk.orders import SelfTrade
from zerodesk_aws.api.problems import ProblemCode, ProblemError, refused
from zerodesk_aws.contracts.orders import AmendOrder, PlaceOrder


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
    price_ticks = None if asked.price is None else price_ticks_of(asked.price, market)
    quantity_lots = whole_quantity_lots(asked.quantity, market)
    if price_ticks is not None:
        refusal = below_min_notional(market, price_ticks, quantity_lots)
        if refusal is not None:
            raise refusal
    return {
        "client_order_id": asked.client_order_id,
        "symbol": market.symbol,
        "side": asked.side.value,
        "type": asked.type.value,
        "price_ticks": price_ticks,
        "quantity_lots": quantity_lots,
        "time_in_force": asked.in_force.value,
        "post_only": asked.post_only,
    } | _special_terms(asked, market)


def amend_changes(asked: AmendOrder, market: Market) -> dict[str, int]:
    """Return what an amend changes, in the market's own units, or refuse as for an order."""
    changes: dict[str, int] = {}
    if asked.price is not None:
        changes["price_ticks"] = price_ticks_of(asked.price, market)
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


def _special_terms(asked: PlaceOrder, market: Market) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    if asked.self_trade is not SelfTrade.NONE:
        terms["self_trade"] = asked.self_trade.value
    if asked.min_quantity is not None:
        terms["min_quantity_lots"] = lots_of("min_quantity", asked.min_quantity, market)
    if asked.display_quantity is not None:
        terms["display_lots"] = lots_of("display_quantity", asked.display_quantity, market)
    if asked.slides:
        terms["slides"] = True
    return terms


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


def amount_minor_of(amount: Decimal, currency: str) -> int:
    """Return an amount in minor units, or refuse one that is finer than its currency."""
    try:
        return to_minor(amount, currency)
    except NumberError as error:
        raise refused(
            ProblemCode.INTAKE_OFF_PRECISION, "amount", format(amount, "f"), error.rule
        ) from error


def fingerprint(terms: dict[str, Any]) -> str:
    """Return the digest by which a repeat is told from another request with the same id."""
    return hashlib.sha256(canonical_json(terms)).hexdigest()


def price_ticks_of(asked: Decimal, market: Market) -> int:
    """Return a price in ticks, or refuse one that is off the tick or beyond all bounds."""
    price = format(asked, "f")
    try:
        price_ticks = market.price_ticks(asked)
    except NumberError as error:
        raise refused(ProblemCode.INTAKE_OFF_TICK, "price", price, error.rule) from error
    if price_ticks > MAX_EXACT:
        most = market.format_price(MAX_EXACT)
        raise refused(ProblemCode.INTAKE_BAD_NUMBER, "price", price, f"at most {most}")
    return price_ticks


def lots_of(field: str, quantity: Decimal, market: Market) -> int:
    """Return a quantity in lots, or refuse one that is off the lot."""
    try:
        return market.quantity_lots(quantity)
    except NumberError as error:
        text = format(quantity, "f")
        raise refused(ProblemCode.INTAKE_OFF_LOT, field, text, error.rule) from error
