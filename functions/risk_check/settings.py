"""The environment of risk_check."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
