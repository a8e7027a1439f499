"""Stale marks: a market whose index price is too old takes cancels only, until a fresh one comes.

An open market stops before the first command behind its bound is decided, be it only a look at the
time; nothing but an index price is decided on an index price that is stale. What the breaker
stopped it opens, and no stop of anybody else: a stop by whose word it is says so.
"""

from zerodesk.instruments import AuctionKind, TradingState
from zerodesk.matching import auctions
from zerodesk.matching.auctions import Change
from zerodesk.matching.draft import Draft
from zerodesk.matching.situations import Auction
from zerodesk.matching.state import BookState
from zerodesk.orders import BY_MARK, BY_TIME
from zerodesk.times import iso_ms


def stop_if_stale(state: BookState, draft: Draft, command_id: str) -> None:
    """Stop a market that is open on a mark that is stale by record time, or past its expiry.

    An option that gathers for an auction stops as well: behind its expiry nothing trades.
    """
    if not state.is_stale():
        return
    by = BY_TIME if state.is_option else BY_MARK
    if state.is_plain or (state.is_option and state.trading_state == TradingState.AUCTION):
        to = TradingState.CANCEL_ONLY.value
        auctions.change_state(state, draft, Change(command_id, to, why_stale(state), by))


def open_if_fresh(state: BookState, draft: Draft, command_id: str) -> None:
    """Open what a stale mark stopped: by an auction where the market has a band, else at once.

    What rests was priced before the pause. A band says that a jump of the price is to be found by
    an auction, and for how long orders gather.
    """
    is_ours = state.trading_state == TradingState.CANCEL_ONLY and state.state_by == BY_MARK
    if not is_ours or state.is_stale():
        return
    market = state.market
    assert market is not None, "a market that was stopped is listed"
    reason = "a fresh index price came"
    if market.band is None:
        change = Change(command_id, TradingState.OPEN.value, reason, BY_MARK)
        auctions.uncross(state, draft, change)
        return
    ends_at_ms = state.time_ms + market.band.auction_ms
    auction = Auction(command_id, AuctionKind.HALT.value, ends_at_ms)
    change = Change(command_id, TradingState.AUCTION.value, reason, BY_MARK)
    auctions.change_state(state, draft, change, auction=auction)


def why_stale(state: BookState) -> str:
    """Return for how long a market has had no fresh mark, and for how long it may."""
    market = state.market
    assert market is not None, "a mark is stale only in a listed market"
    if market.option is not None:
        return f"it expired at {iso_ms(market.option.expiry_ms)}"
    assert market.stale_after_ms is not None, "no mark is stale where there is no bound"
    age_ms = state.time_ms - state.marked_at_ms()
    return f"no index price for {age_ms} ms; at most {market.stale_after_ms} ms may pass"
