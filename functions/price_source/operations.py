"""What price_source works with, made once."""

from price_source.feeds import FeedOffice
from price_source.prices import Prices
from price_source.settings import COMMAND_QUEUE_URL, JOURNAL_TABLE, MARKET_TABLE
from zerodesk_aws.feeds import FeedRegister
from zerodesk_aws.journal import Journal
from zerodesk_aws.listings import Listings
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.market import Markets

register = FeedRegister(Journal(JOURNAL_TABLE))
listings = Listings(Markets(MARKET_TABLE))

prices = Prices(listings, CommandQueue(COMMAND_QUEUE_URL))
feeds = FeedOffice(register, listings)
