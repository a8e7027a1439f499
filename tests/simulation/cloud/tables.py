"""The tables that are deployed, by their keys."""

from typing import Final

from tests.simulation.cloud.dynamodb import Index, Schema

SCHEMAS: Final = (
    Schema("journal", "stream", "sequence", sort_kind="N", append_only=True),
    Schema("orders", "account_id", "order_id", Index("by_placed", "placed_at_ms")),
    Schema("market", "symbol"),
    Schema("cursors", "name"),
    Schema("holders", "symbol", "account_id"),
    Schema("api_keys", "key_id"),
    Schema("snapshots", "stream", "sequence", sort_kind="N"),
)
