"""The commands that are no orders: cancels, index prices, listings, trading states, fundings."""

from typing import TYPE_CHECKING, Final

from zerodesk.instruments import Market, Product, TradingState
from zerodesk.listings import ListingError, changed_market
from zerodesk.matching import auctions, funding, settling, staleness
from zerodesk.matching.clearing import clear
from zerodesk.matching.draft import CANCELLED, Draft
from zerodesk.matching.marks import sample_ticks, take_sample
from zerodesk.matching.record import close, unfilled
from zerodesk.matching.state import BookState
from zerodesk.rejections import RejectionCode
from zerodesk.rows import CANCEL_FIELDS, Entry, cancel_row, command_entry

if TYPE_CHECKING:
    from zerodesk.commands import (
        CancelCommand,
        ChangeCommand,
        Command,
        EndAuctionCommand,
        ExpireCommand,
        FundCommand,
        IndexCommand,
        ListCommand,
        SetStateCommand,
        SettleCommand,
    )

# The words themselves, as a record has them: to ask a member of an enum for its own takes longer
# than all else that is done for a cancel that is refused.
INVALID: Final = RejectionCode.MATCHING_INVALID_COMMAND.value
NOT_OPEN: Final = RejectionCode.MATCHING_ORDER_NOT_OPEN.value
STALE_INDEX: Final = RejectionCode.MATCHING_STALE_INDEX.value
TRADING_STATES: Final = frozenset(member.value for member in TradingState)


def cancel(state: BookState, draft: Draft, command: "CancelCommand") -> None:
    """Take an order out, or bury one that has not come yet.

    Cancels are taken in every trading state: an order has one cancel id, so a refusal for a
    passing reason would be a refusal for good.
    """
    row = cancel_row(command)
    _, command_id, account_id, order_id, _ = row
    if not type(order_id) is type(account_id) is type(command_id) is str:
        raise TypeError
    entry = row if len(command) == CANCEL_FIELDS else command_entry(command, row)
    draft.commands.append(entry)
    order = state.orders.get(order_id)
    if order is not None and order.account_id == account_id:
        lots = close(state, draft, order, CANCELLED, command_id)
        draft.events.append(("OrderCancelled", command_id, order_id, account_id, lots))
        draft.answers.setdefault(command_id, (account_id, order_id))
    elif order is not None or state.memory.knows(order_id, state.time_ms):
        _refuse_cancel(draft, row, NOT_OPEN, f"{order_id} is not open")
    else:
        _bury(state, draft, command)


def _bury(state: BookState, draft: Draft, command: "CancelCommand") -> None:
    """Journal a tombstone: the order is refused when it comes, its hold is released now.

    The tombstone's bound counts from record time if that is later, so it outlives the bound of
    any order that was accepted before the cancel was sent. The order may also be one that was
    done and forgotten: ``if_pending`` keeps the projection from overwriting its answer.
    """
    order_id, account_id = command["order_id"], command["account_id"]
    since_ms = max(state.time_ms, command["accepted_at_ms"])
    draft.keep(state.memory, order_id, since_ms)
    draft.release(account_id, order_id)
    draft.events.append(
        {
            "type": "OrderCancelled",
            "command_id": command["command_id"],
            "order_id": order_id,
            "account_id": account_id,
            "remaining_lots": None,
            "tombstone_from_ms": since_ms,
        }
    )
    answer = unfilled(state, account_id, CANCELLED, remaining_lots=None)
    draft.answer_if_pending(order_id, answer)
    draft.answers.setdefault(command["command_id"], (account_id, order_id))


def index(state: BookState, draft: Draft, command: "IndexCommand") -> None:
    """Take an index price, unless a later observation is known.

    An observation cannot be later than now: a source whose clock is ahead counts as of record
    time, so that it cannot keep every other source out until its clock comes true.
    """
    price_ticks, source = command["price_ticks"], command["source"]
    observed_at_ms = min(command["observed_at_ms"], state.time_ms)
    if state.market is None or price_ticks <= 0:
        refuse(draft, command, INVALID, f"{price_ticks} ticks for {state.symbol}")
        return
    if state.index is not None and observed_at_ms < state.index["observed_at_ms"]:
        detail = f"observed at {observed_at_ms}, known of {state.index['observed_at_ms']}"
        refuse(draft, command, STALE_INDEX, detail)
        return
    taken = {"price_ticks": price_ticks, "source": source, "observed_at_ms": observed_at_ms}
    basis_ticks = sample_ticks(state, price_ticks)
    state.take_index(taken)
    take_sample(state, basis_ticks)
    event = {"type": "IndexPriceChanged", "command_id": command["command_id"], **taken}
    draft.events.append(event if basis_ticks is None else event | {"basis_ticks": basis_ticks})
    staleness.open_if_fresh(state, draft, command["command_id"])


def list_market(state: BookState, draft: Draft, command: "ListCommand") -> None:
    """Take the listing; the market is open from then on."""
    market = Market.from_dict(command["market"])
    if state.market is not None:
        refuse(draft, command, INVALID, f"{state.symbol} is listed already")
        return
    is_sound = (market.product is Product.PERPETUAL) == bool(market.margin)
    is_sound = is_sound and min(market.tick_value_minor, market.lot_value_minor) > 0
    if market.symbol != state.symbol or not is_sound:
        refuse(draft, command, INVALID, f"{market.symbol} cannot be listed in {state.symbol}")
        return
    state.list_market(market, state.time_ms)
    state.enter(TradingState.OPEN.value, state.state_reason, None)
    draft.events.append(
        {
            "type": "MarketListed",
            "command_id": command["command_id"],
            "market": market.to_dict(),
            "state": state.trading_state,
        }
    )


def set_state(state: BookState, draft: Draft, command: "SetStateCommand") -> None:
    """Change what the market accepts. Whatever crosses trades before it opens.

    A halt may clear the book, a delisting does, and is for good. What is open in a derivative could
    not be closed any more, so it is not delisted before nothing is. Nothing opens on a stale mark.
    """
    to = str(command["state"])
    change = auctions.Change(command["command_id"], to, command["reason"], command.get("by", ""))
    is_known = to in TRADING_STATES and auctions.makes_sense(command)
    leaves_open = to == TradingState.DELISTED and bool(state.positions)
    is_over = state.market is None or state.trading_state == TradingState.DELISTED
    if is_over or not is_known or leaves_open:
        refuse(draft, command, INVALID, f"{state.symbol} to {to}")
    elif to == TradingState.OPEN and state.is_stale():
        refuse(draft, command, INVALID, staleness.why_stale(state))
    elif to == TradingState.OPEN:
        auctions.uncross(state, draft, change)
    else:
        is_auction = to == TradingState.AUCTION
        auction = auctions.auction_of(state, command) if is_auction else None
        clears = command.get("clears", False)
        auctions.change_state(state, draft, change, auction=auction, clears=clears)
        if clears:
            clear(state, draft, change.command_id)


def change_market(state: BookState, draft: Draft, command: "ChangeCommand") -> None:
    """Give the market other terms: they hold for what comes, and what rests keeps its own."""
    if state.market is None or state.trading_state == TradingState.DELISTED:
        refuse(draft, command, INVALID, f"{state.symbol} has no terms to change")
        return
    try:
        market = changed_market(state.market, command["changes"])
    except ListingError as error:
        refuse(draft, command, INVALID, str(error))
        return
    state.change_market(market)
    draft.events.append(
        {
            "type": "MarketChanged",
            "command_id": command["command_id"],
            "market": market.to_dict(),
            "reason": command["reason"],
            "by": command["by"],
        }
    )


def end_auction(state: BookState, draft: Draft, command: "EndAuctionCommand") -> None:
    """End an auction, unless it has ended or another one is held by now.

    Would it open the market on a stale mark, the market stops behind it, before any trigger is
    pulled.
    """
    auction = state.auction
    if auction is None or auction.auction_id != command["auction_id"]:
        refuse(draft, command, INVALID, f"{state.symbol} holds no {command['auction_id']}")
        return
    then, by = auctions.STATE_AFTER[auction.kind], command.get("by", "")
    change = auctions.Change(command["command_id"], then, command["reason"], by)
    auctions.uncross(state, draft, change)
    staleness.stop_if_stale(state, draft, command["command_id"])


def look_at_the_time(state: BookState, draft: Draft, command: "ExpireCommand") -> None:
    """Do nothing more: what was due has expired before any command is decided."""


def fund(state: BookState, draft: Draft, command: "FundCommand") -> None:
    """Fund a perpetual for a time, once. A repeat finds it funded, whoever sends it and when."""
    fault = funding.why_not(state, command["funding_at_ms"])
    if fault is not None:
        refuse(draft, command, INVALID, fault)
        return
    funding.begin(state, draft, command)


def settle(state: BookState, draft: Draft, command: "SettleCommand") -> None:
    """End an option that has expired, once and for all."""
    if settling.settles(state, command):
        settling.settle(state, draft, command)
    else:
        refuse(draft, command, INVALID, f"{state.symbol} has nothing to settle now")


def refuse(draft: Draft, command: "Command", code: str, detail: str) -> None:
    """Journal that a command which is no order was refused; a cancel's gate item answers."""
    if command["kind"] == "cancel":
        _refuse_cancel(draft, cancel_row(command), code, detail)
    else:
        refused = ("CommandRefused", command["command_id"], command["kind"], code, detail)
        draft.events.append(refused)


def _refuse_cancel(draft: Draft, row: Entry, code: str, detail: str) -> None:
    """Journal that a cancel was refused, and have its gate item answer.

    An order has one cancel id, and the book forgets it in time: a cancel that is asked for again
    long after it was answered comes as a new one, and its item stays as it is.
    """
    kind, command_id, account_id, order_id, _ = row
    draft.events.append(("CommandRefused", command_id, kind, code, detail))
    draft.answers.setdefault(command_id, (account_id, order_id, code, detail))
