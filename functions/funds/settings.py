"""The environment of funds."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
