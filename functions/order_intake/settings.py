"""The environment of order_intake."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
ORDERS_TABLE = required("ORDERS_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
ORDER_WORKFLOW_ARN = required("ORDER_WORKFLOW_ARN")
COMMAND_QUEUE_URL = required("COMMAND_QUEUE_URL")
