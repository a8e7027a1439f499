"""The environment of price_source."""

from zerodesk_aws.settings import required

MARKET_TABLE = required("MARKET_TABLE")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
