"""What the routes do, on the tables of the settings."""

from funds.isolation import IsolationDesk
from funds.settings import EVENT_BUS_NAME, JOURNAL_TABLE, MARKET_TABLE, ORDERS_TABLE
from funds.transfers import TransferDesk
from funds.withdrawals import WithdrawalDesk
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.bus import Bus
from zerodesk_aws.tables.market import Markets
from zerodesk_aws.tables.orders import Orders

accounts = AccountJournal(JOURNAL_TABLE)
orders = Orders(ORDERS_TABLE)
bus = Bus(EVENT_BUS_NAME)
markets = Markets(MARKET_TABLE)
withdrawals = WithdrawalDesk(accounts, orders, bus, markets)
transfers = TransferDesk(accounts, orders, bus, markets)
isolation = IsolationDesk(accounts, markets)
