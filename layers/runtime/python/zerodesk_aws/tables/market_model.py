"""The model of the market table's items, for who goes through all of them."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model


class MarketItem(Model):
    """One market: its listing, state and prices as of a record of its book."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "market"

    symbol = UnicodeAttribute(hash_key=True)
    book_sequence = NumberAttribute()
    view = JSONAttribute()
