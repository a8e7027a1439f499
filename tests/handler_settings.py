"""The environment that handlers are given in tests: one, for modules read theirs only once."""

from typing import Final

SETTINGS: Final = {
    "JOURNAL_TABLE": "journal",
    "ORDERS_TABLE": "orders",
    "MARKET_TABLE": "market",
    "API_KEYS_TABLE": "api_keys",
    "CURSORS_TABLE": "cursors",
    "HOLDERS_TABLE": "holders",
    "SNAPSHOTS_TABLE": "snapshots",
    "SNAPSHOTS_BUCKET": "snapshots",
    "JOBS_BUCKET": "jobs",
    "EVENT_BUS_NAME": "zerodesk",
    "COMMAND_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/commands.fifo",
    "ORDER_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:order_workflow",
    "SETTLEMENT_WORKFLOW_ARN": (
        "arn:aws:states:us-east-1:123456789012:stateMachine:settlement_workflow"
    ),
    "PRICING_WORKFLOW_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:pricing_workflow",
    "PRICING_EXECUTIONS_ARN": "arn:aws:states:us-east-1:123456789012:execution:pricing_workflow",
    "LIQUIDATION_WORKFLOW_ARN": (
        "arn:aws:states:us-east-1:123456789012:stateMachine:liquidation_workflow"
    ),
    "LIQUIDATION_EXECUTIONS_ARN": (
        "arn:aws:states:us-east-1:123456789012:execution:liquidation_workflow"
    ),
    "POWERTOOLS_SERVICE_NAME": "tests",
    "POWERTOOLS_METRICS_NAMESPACE": "Zerodesk",
    "AWS_ACCESS_KEY_ID": "000000000000",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    "HOME_REGION": "us-east-1",
}
