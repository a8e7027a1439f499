"""The tables that claims are made about: keyed as the venue's own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.simulation.cloud.dynamodb import Index, Schema
from zerodesk_aws.tables import keys

STREAMS: Final = Schema("streams", keys.JOURNAL_PARTITION, keys.JOURNAL_SORT, sort_kind="N")
ORDERS: Final = Schema(
    "orders",
    keys.ORDERS_PARTITION,
    keys.ORDERS_SORT,
    index=Index(keys.ORDERS_BY_PLACED_INDEX, keys.ORDERS_BY_PLACED_SORT),
)
CURSORS: Final = Schema("cursors", keys.CURSORS_PARTITION)

BY_NAME: Final[Mapping[str, Schema]] = MappingProxyType(
    {schema.name: schema for schema in (STREAMS, ORDERS, CURSORS)}
)
