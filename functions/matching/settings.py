"""The environment of matching."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
SNAPSHOTS_TABLE = required("SNAPSHOTS_TABLE")
SNAPSHOTS_BUCKET = required("SNAPSHOTS_BUCKET")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
HOME_REGION = required("HOME_REGION")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
