"""What the services answer when they refuse, as botocore raises it."""

from botocore.exceptions import ClientError, ParamValidationError, ReadTimeoutError

ENDPOINT = "https://simulated.invalid"


class InvalidRequestError(ValueError):
    """A request that DynamoDB refuses as such: ``ValidationException``."""


def refused(operation: str, code: str, message: str, status: int = 400) -> ClientError:
    """Return the exception of an answer that is an error."""
    return ClientError(
        {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {
                "RequestId": "simulated",
                "HostId": "",
                "HTTPStatusCode": status,
                "HTTPHeaders": {},
                "RetryAttempts": 0,
            },
        },
        operation,
    )


def not_sent(report: str) -> ParamValidationError:
    """Return what boto3 raises instead of sending a request."""
    return ParamValidationError(report=report)


def unanswered() -> ReadTimeoutError:
    """Return what a client raises when no answer came in time."""
    return ReadTimeoutError(endpoint_url=ENDPOINT)
