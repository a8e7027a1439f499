"""The environment of liquidation."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
CURSORS_TABLE = required("CURSORS_TABLE")
HOLDERS_TABLE = required("HOLDERS_TABLE")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
