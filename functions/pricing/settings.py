"""The environment of pricing."""

from zerodesk_aws.settings import required

MARKET_TABLE = required("MARKET_TABLE")
