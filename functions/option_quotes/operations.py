"""The function's own objects, over its tables."""

from option_quotes.desk import Desk
from option_quotes.settings import MARKET_TABLE
from option_quotes.surfaces import Surfaces
from zerodesk_aws.listings import Listings
from zerodesk_aws.tables.market import Markets

markets = Markets(MARKET_TABLE)
surfaces = Surfaces(markets, Listings(markets))
desk = Desk(markets, surfaces)
