"""What an order would need as margin on top of what its account holds, at the marks as shown."""

from zerodesk.accounts import AccountState
from zerodesk.instruments import Market, Product
from zerodesk.money import format_minor
from zerodesk.pricing.order_quote import Collar, Quote
from zerodesk.risk import Case, Marked
from zerodesk.risk.monitoring import stale_among
from zerodesk.risk.preview import Need, Preview, preview
from zerodesk.spending import stale_mark
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.margin_status import (
    InstrumentNeed,
    OrderMarginPreview,
    PreviewOrderMargin,
)
from zerodesk_aws.filters import price_ticks_of, whole_quantity_lots
from zerodesk_aws.marks import Marks
from zerodesk_aws.tables.market import Markets


class OrderPreviews:
    """Answers for accounts."""

    def __init__(self, accounts: AccountJournal, markets: Markets) -> None:
        self._accounts, self._markets = accounts, markets

    def of(self, account_id: str, asked: PreviewOrderMargin) -> OrderMarginPreview:
        """Return what an order would need, or refuse: no mark that is stale is gone by."""
        account, at_ms = self._accounts.latest(account_id), now_ms()
        if not account.state.opened:
            raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
        market = self._derivative(asked.symbol)
        marked = self._marked(account.state, asked.symbol, at_ms)
        case = _case(account.state, market, marked, asked, at_ms)
        found = preview(case)

        def told(minor: int) -> str:
            return format_minor(minor, found.currency)

        return OrderMarginPreview(
            account_id=account_id,
            account_sequence=account.sequence,
            at=iso_ms(at_ms),
            currency=found.currency,
            isolated=asked.symbol if found.is_isolated else None,
            equity=told(found.equity_minor),
            before=told(found.before_minor),
            after=told(found.after_minor),
            needed=told(found.needed_minor),
            held=told(found.held_minor),
            moved=told(found.moved_minor),
            needs=[self._need(one, found) for one in found.needs],
            covered=found.refusal is None,
            reason=None if found.refusal is None else found.refusal.detail,
        )

    def _derivative(self, symbol: str) -> Market:
        listed = self._markets.get(symbol)
        if listed is None:
            raise refused(ProblemCode.INTAKE_UNKNOWN_SYMBOL, "symbol", symbol, "a listed market")
        if listed.market.product is Product.SPOT:
            rule = "a derivative: spot is held for in full"
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "symbol", symbol, rule)
        return listed.market

    def _marked(self, state: AccountState, symbol: str, at_ms: int) -> dict[str, Marked]:
        """Return the marks of all that the account has open, and of the order's instrument."""
        symbols = state.derivatives() | {symbol}
        marked = Marks(self._markets).of(symbols)
        stale = stale_among(symbols, marked, at_ms)
        if stale:
            raise ended(ProblemCode.RISK_STALE_MARK, f"{stale_mark(stale, at_ms).detail}.")
        return marked

    def _need(self, one: Need, found: Preview) -> InstrumentNeed:
        listed = self._markets.get(one.symbol)
        assert listed is not None, "what has a mark is listed"
        market = listed.market
        return InstrumentNeed(
            symbol=one.symbol,
            quantity=market.format_quantity(one.quantity_lots),
            buy=market.format_quantity(one.buy_lots),
            sell=market.format_quantity(one.sell_lots),
            alone=format_minor(one.alone_minor, found.currency),
        )


def _case(
    state: AccountState,
    market: Market,
    marked: dict[str, Marked],
    asked: PreviewOrderMargin,
    at_ms: int,
) -> Case:
    lots, mark_ticks = (
        whole_quantity_lots(asked.quantity, market),
        marked[market.symbol].mark_price_ticks,
    )
    ticks = mark_ticks if asked.price is None else price_ticks_of("price", asked.price, market)
    need_minor = market.need_minor(ticks, lots, market.taker_bps, is_buy=asked.side.value == "BUY")
    return Case(
        state=state,
        symbol=market.symbol,
        side=asked.side,
        quantity_lots=lots,
        quote=Quote(
            mark_ticks,
            Collar(ticks, ticks),
            ticks,
            market.quote,
            need_minor,
            need_minor,
            market.maker_bps,
            market.taker_bps,
        ),
        at_ms=at_ms,
        marked=marked,
        reduce_only=asked.reduce_only,
    )
