"""What the routes do, on the tables and the queue of the settings."""

from back_office.accounts import Accounts
from back_office.deposits import DepositOffice
from back_office.fees import FeeOffice
from back_office.halts import HaltList, StoppedAccounts
from back_office.house import HouseAccounts, InsuranceOffice
from back_office.kills import KillOffice
from back_office.limits import LimitOffice
from back_office.listing import Listing
from back_office.market_terms import MarketTerms
from back_office.partners import Partners
from back_office.reserved import ReservedList
from back_office.reversals import Corrections
from back_office.settings import (
    API_KEYS_TABLE,
    COMMAND_QUEUE_URL,
    EVENT_BUS_NAME,
    JOURNAL_TABLE,
    MARKET_TABLE,
    ORDERS_TABLE,
)
from back_office.sparing import SparingOffice
from back_office.takeovers import Takeovers
from back_office.trading_states import TradingStates
from back_office.withdrawals import WithdrawalOffice
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.feeds import FeedRegister
from zerodesk_aws.house import House
from zerodesk_aws.journal import Journal
from zerodesk_aws.kills import AccountKills
from zerodesk_aws.limit_views import LimitViews
from zerodesk_aws.limits import LimitRegister
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.registers import ACCOUNTS, MARKETS, PARTNERS, Register
from zerodesk_aws.tables.api_keys import ApiKeys
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

journal = Journal(JOURNAL_TABLE)
account_journal = AccountJournal(JOURNAL_TABLE)
orders = Orders(ORDERS_TABLE)
bus, markets = Bus(EVENT_BUS_NAME), Markets(MARKET_TABLE)

accounts = Accounts(Register(journal, ACCOUNTS), account_journal, ApiKeys(API_KEYS_TABLE))
deposits = DepositOffice(account_journal, orders, bus)
insurance = InsuranceOffice(accounts, deposits, account_journal)
corrections = Corrections(account_journal, orders, bus, markets)
withdrawals = WithdrawalOffice(account_journal, orders, bus, markets)
reserved = ReservedList(Register(journal, ACCOUNTS), account_journal, orders)
queue = CommandQueue(COMMAND_QUEUE_URL)
listing = Listing(Register(journal, MARKETS), markets, queue)
market_terms = MarketTerms(markets, queue)
takeovers = Takeovers(journal, queue)
partners = Partners(Register(journal, PARTNERS), account_journal)
house = HouseAccounts(Register(journal, MARKETS), House(journal))
limit_register = LimitRegister(journal)
trading_states = TradingStates(markets, queue, limit_register)
account_kills = AccountKills(account_journal, orders, queue)
sparing = SparingOffice(account_journal)
kills = KillOffice(limit_register, Register(journal, MARKETS), markets, queue, account_kills)
halts = HaltList(Register(journal, MARKETS), markets, limit_register, FeedRegister(journal))
stopped_accounts = StoppedAccounts(Register(journal, ACCOUNTS), account_journal)
fees = FeeOffice(limit_register, Register(journal, MARKETS))
limits = LimitOffice(
    limit_register,
    Register(journal, MARKETS),
    account_journal,
    LimitViews(account_journal, limit_register, markets),
)
