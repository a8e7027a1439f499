"""The environment of price_source."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
