"""What a decision looks at beyond the account: limits, fees, marks, what the market traded."""

from zerodesk.accounts import AccountState
from zerodesk.kills import Kill
from zerodesk.limits import Limits
from zerodesk.orders import Side
from zerodesk.pricing.option_risk import OptionRisk
from zerodesk.pricing.order_quote import Quote
from zerodesk.risk import Case, Marked, symbols_needed
from zerodesk.volume import day_volume_lots
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.marks import marked as marked_of
from zerodesk_aws.marks import with_volume
from zerodesk_aws.tables.cursors import Cursors, settlement_cursor
from zerodesk_aws.tables.market import Markets


class Surroundings:
    """Reads what a case needs, and only what its limits and derivatives make necessary."""

    def __init__(self, limits: LimitRegister, markets: Markets, cursors: Cursors) -> None:
        self._limits, self._markets, self._cursors = limits, markets, cursors
        self._known: dict[str, Marked] = {}

    def case(
        self,
        state: AccountState,
        symbol: str,
        side: Side,
        quantity_lots: int,
        quote: Quote,
        at_ms: int,
        *,
        reduce_only: bool = False,
    ) -> Case:
        """Return an order against an account as both stand now."""
        venue = self._limits.latest()
        limits = venue.effective(state.terms)
        needed = symbols_needed(state, symbol, limits, at_ms)
        own = {} if quote.option is None else self._own(symbol, quote.option)
        marked = {
            name: self._same(name, one)
            for name in sorted(needed)
            if (one := own.get(name) or marked_of(self._markets, name)) is not None
        }
        case = Case(
            state=state,
            symbol=symbol,
            side=side,
            quantity_lots=quantity_lots,
            quote=quote,
            at_ms=at_ms,
            limits=limits,
            limits_sequence=venue.sequence,
            marked=marked,
            unmarked=tuple(sorted(needed - marked.keys())),
            day_volume_lots=self._day_volume_lots(symbol, limits, at_ms),
            reduce_only=reduce_only,
            kills=venue.kills(symbol) | own_kill(state),
        )
        return case._replace(schedule=venue.schedule_for(symbol, case.quote_currency))

    def _own(self, symbol: str, risk: OptionRisk) -> dict[str, Marked]:
        """Return the order's own option as its quote marked it, which is just now."""
        listed = self._markets.get(symbol)
        if listed is None:
            return {}
        one = Marked.of_option(listed.market, risk)
        return {symbol: with_volume(self._markets, listed, one)}

    def _same(self, symbol: str, one: Marked) -> Marked:
        """Return an instrument as it was read before, the very one, where nothing has moved.

        What is kept beside an account is found by it without another look at every number.
        """
        known = self._known.get(symbol)
        if known is None or known != one:
            known = self._known[symbol] = one
        return known

    def _day_volume_lots(self, symbol: str, limits: Limits, at_ms: int) -> int | None:
        if limits.order_volume_bps is None:
            return None
        return day_volume_lots(self._cursors.traded(settlement_cursor(symbol)), at_ms)


def own_kill(state: AccountState) -> dict[str, Kill]:
    """Return the kill switch of the account itself, if it is on."""
    kill = state.terms.kill
    return {} if kill is None else {"the account": kill}
