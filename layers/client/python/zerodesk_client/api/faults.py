"""What a call can raise: the venue refused, could not be reached, or was not understood."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


class ApiError(Exception):
    """Any failure of a call."""


@dataclass(eq=False)
class ApiProblem(ApiError):  # noqa: N818 - RFC 9457 calls it a problem
    """A problem document: the venue refused the request, and nothing was changed.

    ``code`` is stable; ``field``, ``value`` and ``rule`` say what broke which rule, where one
    field is to blame.
    """

    status: int
    code: str
    detail: str
    title: str = ""
    field: str | None = None
    value: object = None
    rule: str | None = None

    def __str__(self) -> str:
        text = f"{self.status} {self.code}: {self.detail}"
        if self.rule is not None and self.rule not in self.detail:
            text += f"; {self.rule}"
        if self.field is None or self.value is None:
            return text
        return f"{text} ({self.field} was {self.value!r})"

    @classmethod
    def from_json(cls, status: int, body: Mapping[str, Any]) -> Self:
        """Return the problem that a problem document describes."""
        title = str(body.get("title", ""))
        return cls(
            status=status,
            code=str(body["code"]),
            detail=str(body.get("detail") or title),
            title=title,
            field=body.get("field"),
            value=body.get("value"),
            rule=body.get("rule"),
        )


class UnreachableError(ApiError):
    """No usable answer within the patience of the retry policy.

    ``maybe_arrived`` says that the venue may have the request, and may yet carry it out.
    """

    def __init__(
        self, url: str, reason: str, waited_s: float, *, maybe_arrived: bool = False
    ) -> None:
        super().__init__(f"{url} did not answer within {waited_s:.1f} s: {reason}")
        self.url, self.reason, self.waited_s = url, reason, waited_s
        self.maybe_arrived = maybe_arrived


class UnexpectedAnswerError(ApiError):
    """An answer that is no part of the API that this client knows."""
