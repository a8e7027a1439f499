"""What every handler starts with: the logger, the metrics and how to count."""

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

logger = Logger()
metrics = Metrics()


def count(name: str, value: int = 1) -> None:
    """Count a business fact, such as ``OrdersHeld``."""
    metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
