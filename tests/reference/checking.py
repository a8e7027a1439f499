"""The pass rule of a reference file: which values of the library lie within their tolerances."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Inputs = Mapping[str, Any]
Category = Callable[[Inputs], Mapping[str, Any]]
"""From the inputs of a case to the values that the library gives, by the keys of the file."""


class DamagedFileError(ValueError):
    """A document is no table of reference values."""


PARTS: Final = {"id": str, "category": str, "inputs": dict, "expected": dict, "tolerance": dict}
"""Of a case, by their types in JSON."""


@dataclass(frozen=True)
class Finding:
    """One value of one case. ``share`` is its error as a share of the tolerance; 1 still passes."""

    case_id: str
    key: str
    share: float
    got: Any
    expected: Any

    @property
    def passed(self) -> bool:
        return self.share <= 1.0

    def __str__(self) -> str:
        return f"{self.case_id} {self.key}: {self.got!r}, expected {self.expected!r}"


@dataclass
class Tally:
    """What was found in one category."""

    covered: bool = True
    findings: list[Finding] = field(default_factory=list)

    @property
    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.passed]

    @property
    def worst(self) -> Finding | None:
        return max(self.findings, key=lambda finding: finding.share, default=None)


def share_of_tolerance(got: Any, expected: Any, tolerance: Any) -> float:
    """Return the error over what is allowed; infinite where there is no such value."""
    if isinstance(expected, list):
        if not isinstance(got, list | tuple) or len(got) != len(expected):
            return math.inf
        pairs = zip(got, expected, strict=True)
        return max((share_of_tolerance(*pair, tolerance) for pair in pairs), default=0.0)
    if tolerance == "exact":
        return 0.0 if got == expected else math.inf
    if got is None or expected is None or math.isnan(got):
        nothing = got is None or math.isnan(got)
        return 0.0 if nothing and expected is None else math.inf
    error = abs(got - expected)
    allowed = tolerance["abs"] + tolerance["rel"] * abs(expected)
    return 0.0 if error == 0.0 else error / allowed if allowed else math.inf


def well_formed(document: Any) -> Mapping[str, Any]:
    """Return a document whose cases have all their parts.

    Raises
    ------
    DamagedFileError
        It is none; the text names the case and what it lacks.
    """
    cases = document.get("cases") if isinstance(document, dict) else None
    if not isinstance(cases, list):
        raise DamagedFileError("expected an object with a list of cases")
    for number, case in enumerate(cases):
        for part, kind in PARTS.items():
            if not isinstance(case, dict) or not isinstance(case.get(part), kind):
                raise DamagedFileError(f"cases.{number}: expected {part}, {kind.__name__}")
        missing = case["tolerance"].keys() - case["expected"].keys()
        if missing:
            raise DamagedFileError(
                f"cases.{number}: nothing expected of {', '.join(sorted(missing))}"
            )
    return {"cases": cases}


def check(document: Mapping[str, Any], library: Mapping[str, Category]) -> dict[str, Tally]:
    """Check every case of a file; return a tally for each category that the file has."""
    tallies: dict[str, Tally] = {}
    for case in document["cases"]:
        category = case["category"]
        tally = tallies.setdefault(category, Tally(covered=category in library))
        if not tally.covered:
            continue
        try:
            got = library[category](case["inputs"])
        except (KeyError, TypeError, ValueError) as refusal:
            tally.findings.append(Finding(case["id"], "inputs", math.inf, refusal, "a value"))
            continue
        for key, tolerance in case["tolerance"].items():
            expected = case["expected"][key]
            share = share_of_tolerance(got.get(key), expected, tolerance)
            tally.findings.append(Finding(case["id"], key, share, got.get(key), expected))
    return tallies


def report(tallies: Mapping[str, Tally]) -> str:
    """Return the tallies as text: a line a category, the failures below."""
    lines = [f"{'category':18} {'passed':>6} {'failed':>6}  worst case, share of its tolerance"]
    for category, tally in tallies.items():
        if not tally.covered:
            lines.append(f"{category:18} not covered")
            continue
        failed, worst = len(tally.failed), tally.worst
        tail = f"{worst.case_id} {worst.key} {worst.share:.2g}" if worst else "no values"
        lines.append(f"{category:18} {len(tally.findings) - failed:6} {failed:6}  {tail}")
    lines += [f"FAILED {finding}" for tally in tallies.values() for finding in tally.failed]
    return "\n".join(lines)
