"""A funding: who holds with the premium pays who holds against it, in the book's own record.

It is told its time and nothing else: mark, index and rate are the book's as of record time, and are
journaled before anybody is paid. Each that pays or is paid counts as a fill towards the bound of
the record; what does not fit is paid in the next ones, and nothing comes between, so it is paid on
one set of positions. What is paid by then and not received stands in ``open#SYMBOL``.

A time is funded once. What comes late is funded on what is open then, and by the latest time alone;
where the index price is not fresh, nobody is: a premium over what nobody knows is none.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from zerodesk.funding import fund, funding_time, rate_millionths
from zerodesk.marks import is_fresh
from zerodesk.matching.draft import Draft
from zerodesk.matching.situations import Funding
from zerodesk.matching.state import BookState

if TYPE_CHECKING:
    from zerodesk.commands import FundCommand

MOST_MILLIONTHS: Final = 3_750
"""Nobody pays more than 0.375 % of a position's worth at once."""

HISTORY: Final = 9
"""Fundings that a book still shows, of three days; the journal has them all."""


def why_not(state: BookState, funding_at_ms: int) -> str | None:
    """Return why a book is not funded for a time, None where it is."""
    if not state.is_perpetual or state.market is None:
        return f"{state.symbol} has no funding"
    if funding_at_ms != funding_time(state.time_ms):
        return f"{funding_at_ms} is not the funding time that came last by {state.time_ms}"
    if funding_at_ms <= state.funded_at_ms:
        return f"{funding_at_ms} is funded, {state.funded_at_ms} was the latest"
    return None


def begin(state: BookState, draft: Draft, command: "FundCommand") -> None:
    """Fund a time that is to be funded: say the rate, then pay as far as this record goes."""
    funding_at_ms = command["funding_at_ms"]
    event: dict[str, Any] = {
        "type": "FundingSet",
        "command_id": command["command_id"],
        "funding_at_ms": funding_at_ms,
    }
    priced = _priced(state)
    if priced is None:
        event["reason"] = "there is no fresh index price"
    else:
        names = ("rate_millionths", "mark_price_ticks", "index_price_ticks")
        event |= dict(zip(names, priced, strict=True))
    take_funding(state, command["command_id"], funding_at_ms, priced)
    draft.events.append(event)
    go_on(state, draft)


def _priced(state: BookState) -> tuple[int, int, int] | None:
    """Return (rate in millionths, mark, index in ticks), None where the index is not fresh."""
    mark, index = state.mark(), state.index
    if mark is None or index is None or not is_fresh(index["observed_at_ms"], state.time_ms):
        return None
    mark_ticks, index_ticks = mark["price_ticks"], index["price_ticks"]
    rate = rate_millionths(mark_ticks, index_ticks, most_millionths=MOST_MILLIONTHS)
    return rate, mark_ticks, index_ticks


def take_funding(
    state: BookState,
    command_id: str,
    funding_at_ms: int,
    priced: tuple[int, int, int] | None,
) -> None:
    """Take in that a time is funded, at (rate, mark, index), or that it is not."""
    row = (funding_at_ms, *(priced or (None, None, None)))
    state.fundings = (*state.fundings, row)[-HISTORY:]
    if priced is None:
        state.funding = None
        return
    rate, mark_ticks, _ = priced
    keep(state, Funding(command_id, funding_at_ms, rate, mark_ticks))


def keep(state: BookState, funding: Funding) -> None:
    """Go on with a funding as long as anybody is left to pay or to be paid."""
    state.funding = funding if next(left(state, funding), None) is not None else None


def left(state: BookState, funding: Funding) -> Iterator[tuple[str, int, int]]:
    """Yield (account, lots, minor units that it receives) of those who are left, by name."""
    positions = state.positions
    assert positions is not None, "what is delivered has no funding"
    lots = {account_id: one.quantity_lots for account_id, one in positions.items()}
    due = fund(lots, funding.rate_millionths, funding.mark_price_ticks, state.tick_value_minor)
    for account_id, minor in sorted(due.amounts_minor.items()):
        if minor and account_id > funding.paid_upto:
            yield account_id, lots[account_id], minor


def go_on(state: BookState, draft: Draft) -> None:
    """Pay as many more as this record takes."""
    funding = state.funding
    if funding is None:
        return
    market = state.market
    assert market is not None, "what is funded is listed"
    for account_id, lots, minor in left(state, funding):
        if draft.fills >= draft.max_fills:
            break
        draft.fills += 1
        draft.funded_minor += minor
        draft.postings.append((account_id, "", market.quote, 0, minor))
        draft.events.append(
            {
                "type": "FundingPaid",
                "command_id": funding.command_id,
                "account_id": account_id,
                "funding_at_ms": funding.funding_at_ms,
                "rate_millionths": funding.rate_millionths,
                "mark_price_ticks": funding.mark_price_ticks,
                "quantity_lots": lots,
                "amount_minor": minor,
            }
        )
        funding = funding._replace(paid_upto=account_id)
    keep(state, funding)
