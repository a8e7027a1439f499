"""Margin previews: a portfolio that is told in the request, valued in scenarios."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from zerodesk.derivatives import OptionType
from zerodesk.money import MAX_EXACT, format_minor, minor_digits, scaled, share_bps
from zerodesk.orders import Side
from zerodesk.risk.arrays import YEAR_MS, ArrayTooLargeError, Modelled, risk_arrays
from zerodesk.risk.pieces import SHORT_MINIMUM_BPS
from zerodesk.risk.portfolio import (
    Leg,
    PortfolioRules,
    collateral_minor,
    portfolio_margin,
    summed,
)
from zerodesk.risk.scenarios import SCENARIOS, ScanRanges
from zerodesk.risk.sums import INTERMONTH_BPS
from zerodesk_aws.api.problems import ProblemCode, ProblemError, refused
from zerodesk_aws.clock import as_ms
from zerodesk_aws.contracts.margin import (
    MarginParts,
    MarginPreview,
    PreviewLeg,
    PreviewMargin,
    PreviewScenario,
)
from zerodesk_aws.entry import count


def previewed(asked: PreviewMargin) -> MarginPreview:
    """Return what a portfolio needs without and with its order."""
    legs = _legs(asked)
    rules = _rules(asked)
    before = _parts(legs, rules, asked.currency)
    after, with_order = before, legs
    if asked.order is not None:
        with_order = _with_order(asked, legs)
        after = _parts(with_order, rules, asked.currency)
    margin = portfolio_margin(with_order, rules)
    needed_minor = margin.initial_minor - portfolio_margin(legs, rules).initial_minor
    held_minor = _collateral_minor(asked)
    have_minor = held_minor + margin.option_value_minor
    count("MarginsPreviewed")
    return MarginPreview(
        before=before,
        after=after,
        needed=format_minor(needed_minor, asked.currency),
        collateral=format_minor(held_minor, asked.currency),
        have=format_minor(have_minor, asked.currency),
        covered=have_minor >= margin.initial_minor,
    )


def _legs(asked: PreviewMargin) -> list[Leg]:
    lot_minor = float(asked.lot_size) * 10.0 ** minor_digits(asked.currency)
    ranges = ScanRanges(asked.price_range_bps, asked.volatility_range_bps)
    modelled = [
        _modelled(leg, number, asked.at, asked.lot_size) for number, leg in enumerate(asked.legs)
    ]
    try:
        arrays = risk_arrays(modelled, float(asked.mark_price), lot_minor, ranges)
    except ArrayTooLargeError as error:
        value = format(asked.mark_price, "f")
        rule = "a price at which a lot stays below what the venue settles"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "mark_price", value, rule) from error
    return [
        Leg(
            array,
            *(
                _lots(getattr(leg, name), asked.lot_size, f"legs.{number}.{name}")
                for name in ("quantity", "buy", "sell")
            ),
        )
        for number, (leg, array) in enumerate(zip(asked.legs, arrays, strict=True))
    ]


def _modelled(leg: PreviewLeg, number: int, at: datetime, lot_size: Decimal) -> Modelled:
    symbol = f"legs.{number}"
    volume_lots = None if leg.day_volume is None else int(leg.day_volume / lot_size)
    if leg.strike is None or leg.volatility is None or leg.expires_at is None:
        return Modelled(symbol, day_volume_lots=volume_lots)
    left_ms = as_ms(leg.expires_at) - as_ms(at)
    if left_ms <= 0:
        shown = leg.expires_at.isoformat()
        raise refused(ProblemCode.INTAKE_BAD_VALUE, f"{symbol}.expires_at", shown, "after at")
    return Modelled(
        symbol,
        option_type=OptionType(leg.type),
        strike=float(leg.strike),
        years=left_ms / YEAR_MS,
        volatility=float(leg.volatility),
        expiry=leg.expires_at.isoformat(),
        day_volume_lots=volume_lots,
    )


def _lots(amount: Decimal, lot_size: Decimal, field: str) -> int:
    """Return whole lots, few enough that every product of them stays exact on the wire."""
    lots, rest = divmod(abs(amount), lot_size)
    if rest:
        raise _refused_quantity(
            ProblemCode.INTAKE_OFF_LOT, field, amount, f"a multiple of the lot, {lot_size:f}"
        )
    if lots > MAX_EXACT:
        raise _refused_quantity(
            ProblemCode.INTAKE_BAD_NUMBER, field, amount, f"at most {MAX_EXACT} lots"
        )
    return int(lots) if amount >= 0 else -int(lots)


def _refused_quantity(code: ProblemCode, field: str, amount: Decimal, rule: str) -> ProblemError:
    return refused(code, field, format(amount, "f"), rule)


def _with_order(asked: PreviewMargin, legs: list[Leg]) -> list[Leg]:
    order = asked.order
    assert order is not None, "there is one"
    if order.leg >= len(legs):
        rule = f"the place of a leg, 0 to {len(legs) - 1}"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "order.leg", order.leg, rule)
    lots = _lots(order.quantity, asked.lot_size, "order.quantity")
    leg = legs[order.leg]
    if order.side is Side.BUY:
        larger = replace(leg, buy_lots=leg.buy_lots + lots)
    else:
        larger = replace(leg, sell_lots=leg.sell_lots + lots)
    return [larger if number == order.leg else one for number, one in enumerate(legs)]


def _rules(asked: PreviewMargin) -> PortfolioRules:
    def for_a_lot(name: str, venue_bps: int) -> int:
        """Return an amount for a unit as one for a lot, in minor units; or the venue's share."""
        amount: Decimal | None = getattr(asked, name)
        if amount is None:
            worth = asked.mark_price * asked.lot_size
            return share_bps(int(worth.scaleb(minor_digits(asked.currency))), venue_bps)
        minor = scaled(amount * asked.lot_size, minor_digits(asked.currency))
        if minor is None:
            rule = f"a whole number of {asked.currency} minor units for a lot"
            raise refused(ProblemCode.INTAKE_OFF_PRECISION, name, format(amount, "f"), rule)
        return minor

    return PortfolioRules(
        maintenance_bps=asked.maintenance_bps,
        intermonth_minor=for_a_lot("intermonth", INTERMONTH_BPS),
        short_minimum_minor=for_a_lot("short_minimum", SHORT_MINIMUM_BPS),
        free_volume_bps=asked.free_volume_bps,
        concentration_bps=asked.concentration_bps,
    )


def _collateral_minor(asked: PreviewMargin) -> int:
    digits, total = minor_digits(asked.currency), 0
    for one in asked.collateral:
        worth_minor = int((one.amount * one.price).scaleb(digits))
        total += collateral_minor({one.currency: worth_minor}, {one.currency: one.haircut_bps})
    return total


def _parts(legs: list[Leg], rules: PortfolioRules, currency: str) -> MarginParts:
    kept = summed(legs)
    margin = portfolio_margin(legs, rules, kept)

    def told(minor: int) -> str:
        return format_minor(minor, currency)

    return MarginParts(
        scan=told(margin.scan_minor),
        worst_scenario=margin.worst_scenario,
        intermonth=told(margin.intermonth_minor),
        short_minimum=told(margin.short_minimum_minor),
        concentration=told(margin.concentration_minor),
        initial=told(margin.initial_minor),
        maintenance=told(margin.maintenance_minor),
        option_value=told(margin.option_value_minor),
        scenarios=[
            PreviewScenario(
                price=scenario.price,
                volatility=scenario.volatility,
                weight=scenario.weight,
                profit=told(profit_minor),
                order_loss=told(loss_minor),
            )
            for scenario, profit_minor, loss_minor in zip(
                SCENARIOS, kept.profit_minor, kept.order_loss_minor, strict=True
            )
        ],
    )
