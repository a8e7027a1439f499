"""The formats that are known: those of the house and those of installed packages."""

from importlib.metadata import entry_points
from typing import Final, cast

from zerodesk_client.formats.lean_trades import LeanTrades
from zerodesk_client.formats.trades import TradeFormat
from zerodesk_client.formats.zerodesk_trades import ZerodeskTrades

ENTRY_POINTS: Final = "zerodesk.trade_formats"
"""Entry point group under which a package offers formats: objects or classes without arguments."""


def known_formats() -> tuple[TradeFormat, ...]:
    """Return the formats of the house, then those of installed packages by name."""
    house: tuple[TradeFormat, ...] = (ZerodeskTrades(), LeanTrades())
    offered = sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name)
    return house + tuple(_made(entry.load()) for entry in offered)


def _made(offered: object) -> TradeFormat:
    return cast(TradeFormat, offered() if isinstance(offered, type) else offered)
