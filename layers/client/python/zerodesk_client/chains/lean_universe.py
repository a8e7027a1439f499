"""Daily chains as LEAN's universe files record them: one price a contract, and no bid or ask.

Columns: expiry, strike, right (C or P), open, high, low, close, volume, open interest and LEAN's
own volatility and Greeks. The first row has no expiry and is the underlying. The day is in the
file's name, ``aapl_20140609_universe.csv.gz``.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from pathlib import Path
from typing import Final

from zerodesk_client.chains.recorded import (
    CLOSE,
    ChainOptions,
    Contract,
    RecordedChain,
    bad_row,
    day_of,
    last_trading_day,
    new_york,
)
from zerodesk_client.formats import FormatError

HEADER: Final = ("#expiry", "strike", "right", "open", "high", "low", "close", "volume")
_EXPIRY, _STRIKE, _RIGHT, _CLOSE = 0, 1, 2, 6
_NAME: Final = re.compile(r"([a-z]+)_((?:19|20)[0-9]{6})")
_TYPES: Final = {"C": "call", "P": "put"}

# The ticks of the penny programme, to which Apple belonged, and a share that grows with the price.
_DIME: Final = 3.0
_FINE_TICK, _COARSE_TICK = 0.01, 0.05
_SHARE: Final = 0.01
NOTES: Final = (
    "one price a contract, of its last trade or of the middle of its last quotes",
    "bid and ask are assumed: a tick, 0.01 below 3 else 0.05, or 1 % of the price to either side",
)


class LeanUniverse:
    """The format ``lean_universe``."""

    name = "lean_universe"
    description = f"{','.join(HEADER)},... (USD; LEAN's daily universe of equity options)"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header is that of LEAN's universes."""
        return tuple(header[: len(HEADER)]) == HEADER

    def read(
        self,
        path: Path,
        _header: Sequence[str],
        rows: Iterable[Sequence[str]],
        options: ChainOptions,
        /,
    ) -> RecordedChain:
        """Return the chain at the close of the day."""
        named = _NAME.search(path.name)
        as_of = options.as_of or (named and new_york(_day(path, named.group(2)), CLOSE))
        if not as_of:
            raise FormatError(f"{path}: the name has no day such as 20140609; give --as-of")
        spot = options.spot
        contracts = []
        for row, fields in enumerate(rows, start=1):
            try:
                if not fields[_EXPIRY]:
                    spot = float(fields[_CLOSE]) if spot is None else spot
                    continue
                contracts.append(_contract(fields))
            except (ValueError, KeyError, IndexError) as error:
                raise bad_row(path, row, fields, "a day, a strike, C or P, and prices") from error
        if not contracts:
            raise FormatError(f"{path}: there is no option in it")
        underlying = options.underlying or (named.group(1).upper() if named else path.stem)
        return RecordedChain(
            underlying, as_of.astimezone(UTC), "american", spot, tuple(contracts), NOTES
        )


def _contract(fields: Sequence[str]) -> Contract:
    close = float(fields[_CLOSE])
    tick = _FINE_TICK if close < _DIME else _COARSE_TICK
    half = max(tick, _SHARE * close)
    return Contract(
        _TYPES[fields[_RIGHT]],
        float(fields[_STRIKE]),
        new_york(last_trading_day(day_of(fields[_EXPIRY])), CLOSE),
        close - half,
        close + half,
    )


def _day(path: Path, text: str) -> date:
    try:
        return day_of(text)
    except ValueError as error:
        raise FormatError(f"{path}: {text} in the name is no day; give --as-of") from error
