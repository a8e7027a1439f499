"""Files of recorded trades or quotes. A format is an adapter: it knows its header, and reads rows.

To add one, publish an object that satisfies ``TradeFormat`` under the entry point group
``zerodesk.trade_formats``; ``docs/cli.md`` has an example. Which format a file has is decided by
its header line alone.
"""

from zerodesk_client.formats.lean_quotes import RecordedQuote
from zerodesk_client.formats.reading import holds_quotes, open_quotes, open_text, open_trades
from zerodesk_client.formats.registry import ENTRY_POINTS, known_formats
from zerodesk_client.formats.trades import (
    FormatError,
    RecordedTrade,
    SkippedRow,
    TradeFormat,
)

__all__ = [
    "ENTRY_POINTS",
    "FormatError",
    "RecordedQuote",
    "RecordedTrade",
    "SkippedRow",
    "TradeFormat",
    "holds_quotes",
    "known_formats",
    "open_quotes",
    "open_text",
    "open_trades",
]
