"""The environment of risk_monitor."""

from zerodesk_aws.settings import required

JOURNAL_TABLE = required("JOURNAL_TABLE")
MARKET_TABLE = required("MARKET_TABLE")
CURSORS_TABLE = required("CURSORS_TABLE")
HOLDERS_TABLE = required("HOLDERS_TABLE")
EVENT_BUS_NAME = required("EVENT_BUS_NAME")
LIQUIDATION_WORKFLOW_ARN = required("LIQUIDATION_WORKFLOW_ARN")
LIQUIDATION_EXECUTIONS_ARN = required("LIQUIDATION_EXECUTIONS_ARN")
