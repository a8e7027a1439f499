"""The model of the orders table's items and of its index, for who goes through an account's."""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from zerodesk_aws.tables.keys import ORDERS_BY_PLACED_INDEX


class ByPlaced(GlobalSecondaryIndex["OrderModel"]):  # type: ignore[no-untyped-call]
    """An account's items in the order in which they came. Keys only: one write an item."""

    class Meta:
        """The index of the table."""

        index_name = ORDERS_BY_PLACED_INDEX
        projection = KeysOnlyProjection()

    account_id = UnicodeAttribute(hash_key=True)
    placed_at_ms = NumberAttribute(range_key=True)


class OrderModel(Model):
    """What an item is to DynamoDB; what it says is an ``OrderItem``."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "orders"

    account_id = UnicodeAttribute(hash_key=True)
    order_id = UnicodeAttribute(range_key=True)
    by_placed = ByPlaced()
    placed_at_ms = NumberAttribute()
    kind = UnicodeAttribute()
    fingerprint = UnicodeAttribute()
    request = JSONAttribute()
    status = UnicodeAttribute()
    filled_lots = NumberAttribute(default=0)
    remaining_lots = NumberAttribute(null=True)
    price_ticks = NumberAttribute(null=True)
    held_minor = NumberAttribute(null=True)
    filled_notional_minor = NumberAttribute(default=0)
    fee_minor = NumberAttribute(default=0)
    rejection = JSONAttribute(null=True)
    account_sequence = NumberAttribute(null=True)
    book_sequence = NumberAttribute(null=True)
    updated_at_ms = NumberAttribute()
