"""Surfaces that are warm: as they were read and checked once, each under its version."""

from zerodesk.pricing.option_quote import MarketSurface
from zerodesk.pricing.surfaces.surface import VolatilitySurface
from zerodesk_aws.tables.stored_surface import StoredSurface


class WarmSurfaces:
    """The surfaces that a process has read, by market.

    Whoever asks has read the table's entry, strongly: no answer is older than what that says.
    """

    def __init__(self) -> None:
        self._warm: dict[str, MarketSurface] = {}

    def of(self, symbol: str, stored: StoredSurface) -> MarketSurface:
        """Return a stored surface ready to be asked; its time is its version."""
        warm = self._warm.get(symbol)
        if warm is None or warm.as_of_ms != stored.as_of_ms:
            surface = VolatilitySurface.from_dict(stored.document)
            warm = self._warm[symbol] = MarketSurface(surface, stored.as_of_ms, stored.price)
        return warm
