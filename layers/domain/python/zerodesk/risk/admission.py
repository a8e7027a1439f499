"""From a case to the account's next record: a hold, or a refusal, with what was looked at."""

from dataclasses import replace

from zerodesk.accounts import Change, hold, reject
from zerodesk.fee_tiers import charged
from zerodesk.instruments import Product
from zerodesk.orders import PlaceCommand, Side
from zerodesk.risk.case import Case
from zerodesk.risk.chain import assess, counted
from zerodesk.turnover import turnover_minor


def admit(case: Case, command: PlaceCommand) -> Change:
    """Return the account with the order's worst case held, or with its refusal on record.

    Check and hold are one change of one state, so they are one conditional put. The rates are
    those of the account's fee tier as of that state, and the command takes them along.
    """
    case, command = at_tier(case, command)
    rejection = assess(case)
    if rejection is not None:
        refused = reject(case.state, command["command_id"], rejection)
        return replace(refused, cause=refused.cause | case.evidence())
    held = hold(case.state, command, case.quote.need_currency)
    return replace(
        held,
        cause=held.cause | case.evidence(),
        state=replace(held.state, rate=counted(case)),
    )


def at_tier(case: Case, command: PlaceCommand) -> tuple[Case, PlaceCommand]:
    """Return an order at the rates of its account's fee tier; without a schedule, as it is.

    Held is the taker's fee of that tier, which is the dearer of its two rates.
    """
    schedule, quote = case.schedule, case.quote
    if schedule is None or quote.worth_minor is None:
        return case, command
    days = case.state.turnover.get(case.quote_currency, {})
    rates = charged(schedule, turnover_minor(days, case.at_ms))
    holds_fee = case.product is not Product.SPOT or case.side is Side.BUY
    quote = quote.at_rates(rates.maker_bps, rates.taker_bps, holds_fee=holds_fee)
    rated: PlaceCommand = {
        **command,
        "maker_bps": rates.maker_bps,
        "taker_bps": rates.taker_bps,
        "held_minor": quote.need_minor,
    }
    return case._replace(quote=quote, charged=rates), rated
