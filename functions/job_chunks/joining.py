"""The results of a job's chunks, joined in the order of the rows."""

from typing import Any, Final

from zerodesk_aws.job_files import OUTCOME, PLAN, REQUEST, RESULT, RESULTS, JobFiles, numbered

GIVEN_UP: Final = "FAILED"
"""The status of a row whose chunk was given up."""
UNKNOWN: Final = "Unknown"


def join(files: JobFiles, folder: str, outcomes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the result of a job, then its outcome; return the chunks that have no values.

    A chunk whose result is there has its values, whatever its call ended with.

    Parameters
    ----------
    outcomes
        Of each chunk, in any order: ``number``, and ``error`` where it was given up.
    """
    heading = ["status", *result_columns(files.document(folder, REQUEST))]
    plan = files.document(folder, PLAN)
    errors = {one["number"]: one["error"] for one in outcomes if "error" in one}
    result, given_up, valued = bytearray(",".join(heading).encode() + b"\n"), [], 0
    for chunk in plan:
        values = files.load(folder, numbered(RESULTS, chunk["number"]))
        if values is None:
            values = f"{GIVEN_UP}{',' * (len(heading) - 1)}\n".encode() * chunk["rows"]
            given_up.append(_given_up(chunk, errors.get(chunk["number"], UNKNOWN)))
        valued += values.count(b"\nOK,") + values.startswith(b"OK,")
        result += values
    files.put(folder, RESULT, result)
    outcome = {
        "status": "INCOMPLETE" if given_up else "DONE",
        "rows": sum(chunk["rows"] for chunk in plan),
        "chunks": len(plan),
        "chunks_done": len(plan) - len(given_up),
        "rows_with_values": valued,
        "given_up": given_up,
    }
    files.put_document(folder, OUTCOME, outcome)
    return given_up


def result_columns(request: dict[str, Any]) -> list[str]:
    """Return the columns of values that a job's result has, behind that of the status.

    Examples
    --------
    >>> result_columns({"kind": "american", "terms": {"outputs": ["price", "delta"]}})
    ['volatility', 'price', 'delta']
    """
    match request["kind"]:
        case "options":
            return list(request["terms"]["outputs"])
        case "american":
            return ["volatility", *request["terms"]["outputs"]]
        case "implied-volatility":
            return ["volatility"]
        case _:
            return ["price"]


def _given_up(chunk: dict[str, Any], error: str) -> dict[str, Any]:
    first = chunk["first_row"]
    return {"first_row": first, "last_row": first + chunk["rows"] - 1, "error": error}
