"""What an account has open in each market, and what it made there."""

from zerodesk import instruments, positions
from zerodesk.money import format_minor
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.limits import Position, Positions
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.views.orders import average_price


class PositionViews:
    """Answers for accounts."""

    def __init__(self, accounts: AccountJournal, markets: Markets) -> None:
        self._accounts, self._markets = accounts, markets

    def of(self, account_id: str) -> Positions:
        """Return what an account has open in every market that it has traded, or NOT_FOUND."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        if not account.state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        shown = []
        for symbol, position in sorted(account.state.positions.items()):
            listed = self._markets.get(symbol)
            assert listed is not None, "what was filled was listed"
            risk = self._markets.option(symbol) if listed.market.option else None
            mark_ticks = listed.mark_price_ticks if risk is None else risk.mark_price_ticks
            shown.append(_position(listed.market, mark_ticks, position, at_ms))
        return Positions(account_id=account_id, account_sequence=account.sequence, positions=shown)


def _position(
    market: instruments.Market, mark_price_ticks: int, held: positions.Position, at_ms: int
) -> Position:
    tick_value_minor, currency = market.tick_value_minor, market.quote
    today = held.on_day_of(at_ms)

    def worth(tick_lots: int) -> str:
        return format_minor(tick_lots * tick_value_minor, currency)

    return Position(
        symbol=market.symbol,
        currency=currency,
        quantity=market.format_quantity(held.quantity_lots),
        average_price=average_price(
            market, abs(held.cost_tick_lots) * tick_value_minor, abs(held.quantity_lots)
        ),
        cost=worth(held.cost_tick_lots),
        mark_price=market.format_price(mark_price_ticks),
        unrealised=worth(held.unrealised_tick_lots(mark_price_ticks)),
        realised=worth(held.realised_tick_lots),
        fees=format_minor(held.fees_minor, currency),
        funding=format_minor(held.funding_minor, currency),
        realised_today=worth(today.day_realised_tick_lots),
        fees_today=format_minor(today.day_fees_minor, currency),
        funding_today=format_minor(today.day_funding_minor, currency),
    )
