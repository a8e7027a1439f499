"""From a case to the account's next record: a hold, or a refusal, with what was looked at."""

from typing import TYPE_CHECKING, cast

from zerodesk.accounts import Change, fill_pot, hold, hold_group, reject
from zerodesk.fee_tiers import charged
from zerodesk.instruments import Product
from zerodesk.orders import Side, to_hold_minor
from zerodesk.rejections import Rejection, of_following
from zerodesk.risk.case import Case
from zerodesk.risk.chain import assess, counted
from zerodesk.risk.margin import lacking_minor
from zerodesk.turnover import turnover_minor

if TYPE_CHECKING:
    from zerodesk.commands import HoldingCommand, PlaceCommand


def admit(case: Case, command: "PlaceCommand") -> Change:
    """Return the account with the order's worst case held, or with its refusal on record.

    Check and hold are one change of one state, so they are one conditional put. The rates are
    those of the account's fee tier as of that state, and the command takes them along.
    """
    case, command = at_tier(case, command)
    return held_or_refused(case, command, assess(case))


def held_or_refused(case: Case, command: "HoldingCommand", rejection: Rejection | None) -> Change:
    """Return the account with what a command needs held, or with its refusal on record."""
    if rejection is not None:
        refused = reject(case.state, command["command_id"], rejection)
        return Change(refused.cause | case.evidence(), refused.entries, refused.state)
    filled, state = fill_pot(case.state, case.symbol, lacking_minor(case))
    held = hold(state, command, case.quote.need_currency)
    after = held.state.replace(rate=counted(case))
    return Change(held.cause | case.evidence(), filled + held.entries, after)


def admit_group(first: Case, then: Case, command: "PlaceCommand", gets_minor: int) -> Change:
    """Return the account with an order held, and the one that follows it, or both refused.

    Each is decided as if it came alone, the second on the state that the first leaves: both count
    as open orders, each with all that it could do. Held for the second is what it needs but for
    what the first brings of that. Both rates are those of the account's tier as of one state.

    Parameters
    ----------
    first, then
        The two cases, of one state.
    command
        The first order's, with the second one's in it.
    gets_minor
        What the first gets at its limit, before its fee.
    """
    terms = {name: value for name, value in command.items() if name != "then"}
    first, alone = at_tier(first, cast("PlaceCommand", terms))
    then, following = at_tier(then, cast("PlaceCommand", command["then"]))
    held_minor = to_hold_minor(alone, following, gets_minor, following["held_minor"])
    following = {**following, "held_minor": held_minor}
    refused = assess(first)
    if refused is None:
        _, filled = fill_pot(first.state, first.symbol, lacking_minor(first))
        held = hold(filled, alone, first.quote.need_currency)
        behind = held.state.replace(rate=counted(first))
        then = then._replace(state=behind, quote=then.quote._replace(need_minor=held_minor))
        refused = assess(then)
        refused = refused and of_following(refused)
    if refused is not None:
        rejected = reject(first.state, command["command_id"], refused)
        return Change(rejected.cause | first.evidence(), rejected.entries, rejected.state)
    both: PlaceCommand = {**alone, "then": dict(following)}
    lacks_minor = lacking_minor(first) + lacking_minor(then)
    entries, state = fill_pot(first.state, first.symbol, lacks_minor)
    group = hold_group(state, both, first.quote.need_currency, then.quote.need_currency)
    after = group.state.replace(rate=counted(then))
    return Change(group.cause | first.evidence(), entries + group.entries, after)


def at_tier(case: Case, command: "PlaceCommand") -> tuple[Case, "PlaceCommand"]:
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
