"""The house's own format: ``expiry,strike,type,bid,ask``.

``expiry`` is a day, at whose close in New York the option expires, or an ISO 8601 time; ``type`` is
call or put; prices are in any one currency, an empty field is no quote.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from zerodesk_client.chains.recorded import (
    CLOSE,
    ChainOptions,
    Contract,
    RecordedChain,
    bad_row,
    day_of,
    new_york,
    price_of,
)
from zerodesk_client.formats import FormatError

HEADER: Final = ("expiry", "strike", "type", "bid", "ask")
_DAY_CHARACTERS: Final = 10


class ZerodeskChain:
    """The format ``zerodesk_chain``."""

    name = "zerodesk_chain"
    description = f"{','.join(HEADER)} (European; expiry a day or a time, type call or put)"

    def recognises(self, header: Sequence[str]) -> bool:
        """Say whether the header is the house's."""
        return tuple(header) == HEADER

    def read(
        self,
        path: Path,
        _header: Sequence[str],
        rows: Iterable[Sequence[str]],
        options: ChainOptions,
        /,
    ) -> RecordedChain:
        """Return the chain; its time must be given."""
        if options.as_of is None:
            raise FormatError(f"{path}: this format does not say when it was; give --as-of")
        contracts = []
        for number, fields in enumerate(rows, start=1):
            try:
                contracts.append(_contract(fields))
            except ValueError as error:
                raise bad_row(path, number, fields, ",".join(HEADER)) from error
        if not contracts:
            raise FormatError(f"{path}: there is no option in it")
        underlying = options.underlying or path.name.partition(".")[0]
        as_of = options.as_of.astimezone(UTC)
        return RecordedChain(underlying, as_of, "european", options.spot, tuple(contracts))


def _contract(fields: Sequence[str]) -> Contract:
    expiry, strike, option_type, bid, ask = fields
    if option_type not in ("call", "put"):
        raise ValueError(option_type)
    return Contract(option_type, float(strike), _time(expiry), price_of(bid), price_of(ask))


def _time(text: str) -> datetime:
    if len(text) <= _DAY_CHARACTERS:
        return new_york(day_of(text), CLOSE)
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
