"""The environment of risk_check."""

from zerodesk_aws.settings import required

CURSORS_TABLE = required("CURSORS_TABLE")
JOURNAL_TABLE = required("JOURNAL_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
