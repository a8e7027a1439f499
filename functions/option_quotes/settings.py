"""The environment of option_quotes."""

from zerodesk_aws.settings import required

MARKET_TABLE = required("MARKET_TABLE")
