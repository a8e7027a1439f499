"""The marks of an account's instruments as the chain asks for them, gone through once.

Between two orders of an account its instruments are mostly the same, at marks that stand. What they
come to is kept beside the account, with the instruments that it was made of and those that were
isolated, and is made anew where these are others; what takes the positions as well, with the very
mapping of them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from operator import attrgetter
from typing import Final

from zerodesk.accounts import AccountState
from zerodesk.positions import Position, day_of
from zerodesk.risk.exposure import Leveraged, day_result_minor
from zerodesk.risk.marked import Marked
from zerodesk.risk.pieces import Lot

NONE_SEVERAL: Final[Set[str]] = frozenset()
NEVER_OLD_MS: Final = 2**63
"""Since when the oldest mark stands where there is none: no time is later."""


class MarkSheet:
    """What instruments with their marks come to.

    ``oldest_derivative_ms`` and ``oldest_other_ms`` are since when the oldest mark of each kind
    stands. ``derivatives`` are those that are not isolated, by their currency, then by symbol.
    """

    __slots__ = (
        "_covered",
        "_day_results",
        "_isolated",
        "_leveraged",
        "_lots",
        "_marked",
        "_of_underlying",
        "_several",
        "_touched",
        "derivatives",
        "oldest_derivative_ms",
        "oldest_other_ms",
    )

    def __init__(self, marked: Mapping[str, Marked], isolated: Mapping[str, object]) -> None:
        self._marked, self._isolated = marked, isolated
        self._covered: dict[str, Sequence[str]] = {}
        self._day_results: dict[str, tuple[Mapping[str, Position], int, int]] = {}
        self._leveraged: dict[str, Leveraged] = {}
        self._lots: dict[str, Lot] = {}
        self._of_underlying: dict[str, Mapping[str, Marked]] = {}
        self._several: Set[str] | None = None
        self._touched: dict[tuple[str, str], Sequence[str]] = {}
        derivatives = {
            symbol: one for symbol, one in marked.items() if one.margin or one.option is not None
        }
        self.oldest_derivative_ms = _oldest_ms(derivatives.values())
        self.oldest_other_ms = NEVER_OLD_MS
        if len(derivatives) < len(marked):
            others = [one for symbol, one in marked.items() if symbol not in derivatives]
            self.oldest_other_ms = _oldest_ms(others)
        if isolated:
            derivatives = {s: one for s, one in derivatives.items() if s not in isolated}
        self.derivatives = _by_currency(derivatives)

    def is_of(self, marked: Mapping[str, Marked], isolated: Mapping[str, object]) -> bool:
        """Whether these are the instruments, the same ones isolated, each with its mark."""
        if self._marked is not marked:
            if self._marked != marked:
                return False
            self._marked = marked
        if self._isolated is not isolated:
            if self._isolated.keys() != isolated.keys():
                return False
            self._isolated = isolated
        return True

    def of_underlying(self, base: str) -> Mapping[str, Marked]:
        """Return the instruments of one underlying, by symbol."""
        found = self._of_underlying.get(base)
        if found is None:
            found = {symbol: one for symbol, one in self._marked.items() if one.base == base}
            self._of_underlying[base] = found
        return found

    def covered(self, base: str) -> Sequence[str]:
        """Return in which other currencies instruments of an underlying are priced, sorted."""
        found = self._covered.get(base)
        if found is None:
            quotes = {
                one.quote
                for symbol, one in self.of_underlying(base).items()
                if symbol not in self._isolated
            }
            found = self._covered[base] = sorted(quotes - {base})
        return found

    def leveraged(self, currency: str) -> Leveraged:
        """Return what the perpetuals of a currency are worth, isolated ones among them."""
        found = self._leveraged.get(currency)
        if found is None:
            found = self._leveraged[currency] = Leveraged(self._marked, currency)
        return found

    def lot(self, symbol: str) -> Lot:
        """Return what one lot of an instrument comes to."""
        found = self._lots.get(symbol)
        if found is None:
            found = self._lots[symbol] = Lot(symbol, self._marked[symbol])
        return found

    def touched(self, symbol: str, taken: str) -> Sequence[str]:
        """Return the currencies of derivatives that an order touches.

        It takes of the currency of its need, which is theirs, or their underlying.
        """
        found = self._touched.get((symbol, taken))
        if found is None:
            found = self._touched[symbol, taken] = self._touches(symbol, taken)
        return found

    def _touches(self, symbol: str, taken: str) -> Sequence[str]:
        derivatives = self.derivatives
        own = (taken,) if taken in derivatives else ()
        if own and symbol in derivatives[taken]:
            return own
        return own + tuple([one for one in self.covered(taken) if one in derivatives])

    @property
    def in_several_currencies(self) -> Set[str]:
        """The underlyings that have derivatives in more than one currency."""
        if len(self.derivatives) <= 1:
            return NONE_SEVERAL
        if self._several is None:
            self._several = in_several_currencies(
                one for found in self.derivatives.values() for one in found.values()
            )
        return self._several

    def day_result_minor(self, state: AccountState, currency: str, at_ms: int) -> int:
        """Return what an account made of a currency since the day began."""
        positions, today = state.positions, day_of(at_ms)
        kept = self._day_results.get(currency)
        if kept is None or kept[0] is not positions or kept[1] != today:
            found_minor = day_result_minor(state, self._marked, currency, at_ms)
            kept = self._day_results[currency] = positions, today, found_minor
        return kept[2]


def _oldest_ms(marked: Collection[Marked]) -> int:
    return min(map(attrgetter("marked_at_ms"), marked), default=NEVER_OLD_MS)


def _by_currency(derivatives: dict[str, Marked]) -> dict[str, dict[str, Marked]]:
    currencies = set(map(attrgetter("quote"), derivatives.values()))
    if len(currencies) == 1:
        return dict.fromkeys(currencies, derivatives)
    return {
        currency: {symbol: one for symbol, one in derivatives.items() if one.quote == currency}
        for currency in currencies
    }


def in_several_currencies(derivatives: Iterable[Marked]) -> Set[str]:
    """Return the underlyings that have derivatives in more than one currency."""
    first: dict[str, str] = {}
    return {one.base for one in derivatives if first.setdefault(one.base, one.quote) != one.quote}
