"""The environment of settlement."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
CURSORS_TABLE = required("CURSORS_TABLE")
HOLDERS_TABLE = required("HOLDERS_TABLE")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
