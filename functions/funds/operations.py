"""What the routes do, on the tables of the settings."""

from funds.settings import JOURNAL_TABLE, ORDERS_TABLE
from funds.transfers import TransferDesk
from funds.withdrawals import WithdrawalDesk
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.tables.orders import Orders

accounts = AccountJournal(JOURNAL_TABLE)
orders = Orders(ORDERS_TABLE)
withdrawals = WithdrawalDesk(accounts, orders)
transfers = TransferDesk(accounts, orders)
