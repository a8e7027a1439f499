"""The environment of matching."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
SNAPSHOTS_TABLE = required("SNAPSHOTS_TABLE")
SNAPSHOTS_BUCKET = required("SNAPSHOTS_BUCKET")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
