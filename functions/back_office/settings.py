"""The environment of back_office."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
API_KEYS_TABLE = required("API_KEYS_TABLE")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
