"""What risk_check reads of marks that stand is the very thing that it had read before."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from risk_check.surroundings import Surroundings
from tests.markets import a_market
from zerodesk.accounts import AccountState
from zerodesk.instruments import TradingState
from zerodesk.limits import UNLIMITED
from zerodesk.orders import Side
from zerodesk.pricing import Collar, Quote
from zerodesk.risk import Case, Marked
from zerodesk.tiers import Tier
from zerodesk_aws.tables.listed import Listed

VENUE = SimpleNamespace(
    sequence=0,
    effective=lambda _terms: UNLIMITED,
    kills=lambda _symbol: {},
    schedule_for=lambda *_: None,
)


class OneMarket:
    """A market table that makes what it shows anew at each reading, as parsing does."""

    ticks = 1_000_000

    def get(self, symbol: str) -> Listed:
        market = a_market(
            symbol=symbol,
            reference_price=Decimal(10_000),
            quote="USD",
            margin=(Tier(0, 500, 250),),
        )
        return Listed(market, TradingState.OPEN, self.ticks, 0, None, 1)


def test_a_mark_that_stands_is_the_very_one_and_one_that_moved_is_another() -> None:
    markets, limits = OneMarket(), SimpleNamespace(latest=lambda: VENUE)
    surroundings = Surroundings(limits, markets, None)  # type: ignore[arg-type]
    quote = Quote(1_000_000, Collar(1, 10**9), 1_000_000, "USD", 1, 0, 0, 0)

    def own() -> Marked:
        order: Any = ("BTC-PERP", Side.BUY, 1, quote, 0)
        case: Case = surroundings.case(AccountState(), *order)
        return case.own

    first = own()
    assert own() is first
    markets.ticks += 1
    assert own().mark_price_ticks == first.mark_price_ticks + 1
