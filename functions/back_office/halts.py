"""All that is stopped now, in one list: markets by their books, and kill switches that are on."""

from collections.abc import Iterator

from zerodesk.instruments import TradingState
from zerodesk_aws.clock import iso_ms
from zerodesk_aws.contracts.halts import Halt, Halts, Stop
from zerodesk_aws.limits import MARKET, LimitRegister
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.market import Listed, Markets

GOES_ON = (TradingState.OPEN, TradingState.DELISTED)
"""One trades, the other is gone for good."""


class HaltList:
    """Lists halts: a market that two have stopped is there twice, once for each."""

    def __init__(self, listings: Register, markets: Markets, limits: LimitRegister) -> None:
        self._listings, self._markets, self._limits = listings, markets, limits

    def all(self) -> Halts:
        """Return every halt, with who, why, since when and until when; read strongly."""
        return Halts(halts=[*self._kills(), *self._stopped_markets()])

    def _kills(self) -> Iterator[Halt]:
        for name, (kill, is_on) in sorted(self._limits.latest().switches.items()):
            if is_on:
                yield Halt(
                    stops=name,
                    how=Stop.KILL_SWITCH,
                    by=kill.author,
                    reason=kill.reason,
                    since=iso_ms(kill.at_ms),
                    until=None,
                )

    def _stopped_markets(self) -> Iterator[Halt]:
        for symbol in sorted(self._listings.entries()):
            listed = self._markets.get(symbol, consistent=True)
            if listed is not None and listed.state not in GOES_ON:
                yield _halt_of(listed)


def _halt_of(listed: Listed) -> Halt:
    ends_at_ms = None if listed.auction is None else listed.auction["ends_at_ms"]
    return Halt(
        stops=MARKET + listed.market.symbol,
        how=Stop(listed.state.value),
        by=listed.state_by,
        reason=listed.state_reason,
        since=iso_ms(listed.state_since_ms) if listed.state_since_ms else None,
        until=None if ends_at_ms is None else iso_ms(ends_at_ms),
    )
