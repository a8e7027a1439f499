"""Bands: how far a market's price may move within a time before the market stops for an auction."""

from typing import Any, Final, NamedTuple, Self

from zerodesk.money import BASIS_POINTS

TENTHS: Final = 10
"""How finely a book remembers its last prices: one for each tenth of the band's window."""


def around(price_ticks: int, bps: int) -> tuple[int, int]:
    """Return the lowest and the highest price within basis points of a price, ticks.

    Both are rounded inwards, so that the stretch is never wider than stated; the price itself is
    always inside, and the low end is at least one tick.

    Examples
    --------
    >>> around(10_001, 500)
    (9501, 10501)
    """
    below = -(-price_ticks * (BASIS_POINTS - bps) // BASIS_POINTS)
    return max(1, below), price_ticks * (BASIS_POINTS + bps) // BASIS_POINTS


class Band(NamedTuple):
    """How far the price may move within a window, and how long the auction lasts where it would.

    ``bps`` counts on either side of the reference, which is the last auction's price or the last
    trade's that is older than ``window_ms``; before either, the listing's reference price.
    """

    bps: int
    window_ms: int
    auction_ms: int

    def to_dict(self) -> dict[str, int]:
        """Return the band as JSON-able values."""
        return self._asdict()

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the band that ``to_dict`` wrote."""
        return cls(**values)


class Reference(NamedTuple):
    """What a band is around, as far as trades have told, and what they will make of it.

    ``ticks`` is the price that counts. ``recent`` has what is not old enough to count yet: the last
    price of each tenth of the window in which there was a trade, as (tenth, price).
    """

    ticks: int
    recent: tuple[tuple[int, int], ...] = ()

    def to_list(self) -> list[Any]:
        """Return the reference as JSON-able values."""
        return [self.ticks, [[*one] for one in self.recent]]

    @classmethod
    def of(cls, values: list[Any] | None) -> "Reference | None":
        """Return the reference that ``to_list`` wrote, None for None."""
        if values is None:
            return None
        ticks, recent = values
        return cls(ticks, tuple((tenth, price_ticks) for tenth, price_ticks in recent))

    def at(self, time_ms: int, window_ms: int) -> "Reference":
        """Return the reference at a time: the last price that is older than the window counts.

        Examples
        --------
        >>> reference = Reference(100).saw(104, 5_000, 10_000).saw(108, 9_000, 10_000)
        >>> [reference.at(time_ms, 10_000).ticks for time_ms in (14_999, 15_000, 19_000)]
        [100, 104, 108]
        """
        oldest = time_ms // (window_ms // TENTHS) - TENTHS
        if not self.recent or self.recent[0][0] > oldest:
            return self
        counting = [ticks for tenth, ticks in self.recent if tenth <= oldest]
        return Reference(counting[-1], self.recent[len(counting) :])

    def saw(self, price_ticks: int, time_ms: int, window_ms: int) -> "Reference":
        """Return the reference with a trade in: it counts once it is older than the window."""
        now = self.at(time_ms, window_ms)
        tenth = time_ms // (window_ms // TENTHS)
        before = now.recent[:-1] if now.recent and now.recent[-1][0] == tenth else now.recent
        return Reference(now.ticks, (*before, (tenth, price_ticks)))
