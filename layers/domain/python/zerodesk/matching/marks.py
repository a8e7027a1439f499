"""Samples of a perpetual's basis: how far its book is from the index. See ``zerodesk.marks``."""

from zerodesk.marks import SAMPLES
from zerodesk.matching.state import OPEN, BookState


def sample_ticks(state: BookState, index_ticks: int) -> int | None:
    """Return how far the middle of a perpetual's book is from an index price, rounded down.

    None where there is no middle, or where nobody could trade at it.
    """
    bid, ask = state.bids.best(), state.asks.best()
    if not state.is_perpetual or state.trading_state != OPEN or bid is None or ask is None:
        return None
    return (bid.price_ticks + ask.price_ticks) // 2 - index_ticks


def take_sample(state: BookState, basis_ticks: int | None) -> None:
    """Take a sample of the basis in, as of record time, and forget the oldest."""
    if basis_ticks is not None:
        state.basis = (*state.basis, (basis_ticks, state.time_ms))[-SAMPLES:]
