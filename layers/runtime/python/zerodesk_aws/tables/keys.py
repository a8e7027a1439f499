"""The names of the tables' key attributes: what the models and the infrastructure must agree on."""

from typing import Final

JOURNAL_PARTITION: Final = "stream"
JOURNAL_SORT: Final = "sequence"

ORDERS_PARTITION: Final = "account_id"
ORDERS_SORT: Final = "order_id"
ORDERS_BY_PLACED_INDEX: Final = "by_placed"
ORDERS_BY_PLACED_SORT: Final = "placed_at_ms"

MARKET_PARTITION: Final = "symbol"

API_KEYS_PARTITION: Final = "key_id"

CURSORS_PARTITION: Final = "name"

SNAPSHOTS_PARTITION: Final = "stream"
SNAPSHOTS_SORT: Final = "sequence"

HOLDERS_PARTITION: Final = "symbol"
HOLDERS_SORT: Final = "account_id"
