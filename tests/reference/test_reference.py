"""The library against tables of reference values, and the checker against itself."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.reference.__main__ import main
from tests.reference.checking import check, report, share_of_tolerance
from tests.reference.library import LIBRARY

SHARED = Path(__file__).parents[3] / "shared" / "reference" / "quant_public.json"
ABSOLUTE = {"abs": 0.5, "rel": 0.0}


def a_document(price: float, category: str = "european") -> dict[str, Any]:
    hull = {"S": 42, "K": 40, "T": 0.5, "r": 0.1, "q": 0.0, "sigma": 0.2, "type": "call"}
    case = {
        "id": f"{category}-001",
        "category": category,
        "inputs": hull,
        "expected": {"price": price},
        "tolerance": {"price": {"abs": 1e-4, "rel": 0.0}},
    }
    return {"cases": [case]}


@pytest.mark.real_data
@pytest.mark.skipif(not SHARED.exists(), reason="no reference tables beside this repository")
def test_every_covered_value_of_the_shared_tables_is_within_its_tolerance() -> None:
    tallies = check(json.loads(SHARED.read_text()), LIBRARY)
    assert any(tally.covered for tally in tallies.values())
    assert [str(failed) for tally in tallies.values() for failed in tally.failed] == []


@pytest.mark.parametrize(
    ("got", "expected", "share"),
    [
        (1.25, 1.0, 0.5),
        ([1.0, 1.25], [1.0, 1.0], 0.5),
        ([1.0], [1.0, 1.0], float("inf")),
        (float("nan"), 1.0, float("inf")),
        (None, 1.0, float("inf")),
        (float("nan"), None, 0.0),
        (1.0, None, float("inf")),
    ],
)
def test_an_error_is_told_as_its_share_of_the_tolerance(
    got: object, expected: object, share: float
) -> None:
    assert share_of_tolerance(got, expected, ABSOLUTE) == share


def test_a_category_without_an_implementation_is_not_covered_and_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.json").write_text(json.dumps(a_document(1.0, category="weather")))
    assert main([str(tmp_path / "file.json")]) == 0
    assert "weather            not covered" in capsys.readouterr().out


def test_a_value_outside_its_tolerance_fails_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file.json").write_text(json.dumps(a_document(4.76)))
    assert main([str(tmp_path / "file.json")]) == 1
    assert "FAILED european-001 price: 4.759" in capsys.readouterr().out


CASE = a_document(4.7594)["cases"][0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"cases": [', "Expecting value"),
        ("[]", "expected an object with a list of cases"),
        ('{"cases": {}}', "expected an object with a list of cases"),
        (json.dumps({"cases": [CASE, {"id": "half"}]}), "cases.1: expected category, str"),
        (json.dumps({"cases": [CASE | {"expected": {}}]}), "cases.0: nothing expected of price"),
    ],
)
def test_a_damaged_file_is_told_from_a_value_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(SystemExit, match="2"):
        main([str(tmp_path / "file.json")])
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("inputs", [{}, {"type": "straddle"}, {"S": "forty-two"}])
def test_a_case_that_the_library_cannot_take_fails_alone(inputs: dict[str, object]) -> None:
    document = a_document(4.7594)
    (case,) = document["cases"]
    broken = {**case, "id": "broken", "inputs": {**case["inputs"], **inputs} if inputs else {}}
    tally = check({"cases": [broken, case]}, LIBRARY)["european"]
    assert [finding.case_id for finding in tally.failed] == ["broken"]
    assert len(tally.findings) == 2


def test_the_report_counts_what_passed() -> None:
    lines = report(check(a_document(4.7594), LIBRARY)).splitlines()
    assert lines[1].split()[:3] == ["european", "1", "0"]
