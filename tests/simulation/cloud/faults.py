"""What the services answer when they refuse, as botocore raises it."""

from botocore.exceptions import ClientError, ReadTimeoutError

ENDPOINT = "https://simulated.invalid"


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


def invalid(operation: str, message: str) -> ClientError:
    """Return what DynamoDB says of a request that it cannot understand."""
    return refused(operation, "ValidationException", message)


def unanswered() -> ReadTimeoutError:
    """Return what a client raises when no answer came in time."""
    return ReadTimeoutError(endpoint_url=ENDPOINT)
