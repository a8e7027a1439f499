"""The environment of queries."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
SNAPSHOTS_TABLE = required("SNAPSHOTS_TABLE")
SNAPSHOTS_BUCKET = required("SNAPSHOTS_BUCKET")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
