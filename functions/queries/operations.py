"""What the routes answer, from the tables of the settings."""

from functools import cache
from pathlib import Path

from queries.book_views import BookViews
from queries.fill_lists import FillLists
from queries.margins import MarginViews
from queries.market_data import MarketData
from queries.order_lists import OrderLists
from queries.positions import PositionViews
from queries.previews import OrderPreviews
from queries.settings import (
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDERS_TABLE,
    SNAPSHOTS_BUCKET,
    SNAPSHOTS_TABLE,
)
from queries.statements import Statements
from queries.trade_lists import TradeLists
from zerodesk import CODE_VERSION
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, ended
from zerodesk_aws.books import Books
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.markets import Health, Market, Markets
from zerodesk_aws.fee_views import FeeViews
from zerodesk_aws.limit_views import LimitViews
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.listings import Listings
from zerodesk_aws.snapshots import Snapshots
from zerodesk_aws.tables import market as market_table
from zerodesk_aws.tables.orders import Orders
from zerodesk_aws.views.balances import balances_view
from zerodesk_aws.views.markets import market_view

books = Books(JOURNAL_TABLE, Snapshots(SNAPSHOTS_TABLE, SNAPSHOTS_BUCKET))
accounts = AccountJournal(JOURNAL_TABLE)
markets = market_table.Markets(MARKET_TABLE)
listings = Listings(markets)
order_lists = OrderLists(Orders(ORDERS_TABLE), accounts, listings)
fill_lists = FillLists(accounts, listings)
statements = Statements(accounts)
position_views = PositionViews(accounts, markets)
margin_views = MarginViews(accounts, markets)
order_previews = OrderPreviews(accounts, markets)
limit_register = LimitRegister(books.journal)
limit_views = LimitViews(accounts, limit_register, markets)
fee_views = FeeViews(accounts, limit_register, markets)
trade_lists = TradeLists(books.journal, listings)
book_views = BookViews(MarketData(books), listings)


def balances(account_id: str) -> Balances:
    """Return an account's balances; an account that was never opened has none."""
    return balances_view(accounts.latest(account_id))


def every_market() -> Markets:
    """Return every market."""
    return Markets(markets=[market_view(listed) for listed in markets.all()])


def one_market(symbol: str) -> Market:
    """Return one market as its book's latest record shows it, or refuse with NOT_FOUND."""
    listed = markets.get(symbol, consistent=True)
    if listed is None:
        raise ended(ProblemCode.NOT_FOUND, "No market has this symbol.")
    return market_view(listed)


def health() -> Health:
    """Say that the tables answer."""
    return Health(
        status="ok", version=CODE_VERSION, markets=len(markets.all()), at=iso_ms(now_ms())
    )


@cache
def openapi() -> str:
    """Return the OpenAPI document that was generated for this version."""
    return Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
