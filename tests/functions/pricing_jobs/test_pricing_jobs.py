"""Pricing jobs: made once, priced in chunks, and whatever happens on the way, right or said."""

import hashlib
import json
from typing import Any

import pytest

from chunk_pricing.rows import MAX_CHARACTERS, MAX_FIXINGS, WORDS
from job_chunks import cutting, sizes
from job_chunks.joining import result_columns
from tests.functions import job_flow
from tests.functions.gateway import Gateway
from tests.functions.job_flow import JobWorkflow, a_job, result, run, shown, start
from zerodesk_aws.contracts import numbers, pricing
from zerodesk_aws.contracts.pricing_jobs import MAX_JOB_BYTES
from zerodesk_aws.job_files import JobFiles, folder_of

TERMS = {"spot": 100, "expiry_years": 0.5, "rate": 0.02, "volatility": 0.3}
ROWS = ("option_type,strike", "call,90", "put,100", "call,110", "put,95.5", "put,1e2")
JOB, DATA = a_job(ROWS, terms=TERMS)


@pytest.fixture
def workflow(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> JobWorkflow:
    """Return the workflow of jobs, in whose bucket nothing is; chunks of two rows."""
    from pricing_jobs import operations

    job_flow.create_bucket()
    standing = JobWorkflow(gateway.context)
    monkeypatch.setattr(operations.jobs, "_workflow", standing)
    monkeypatch.setattr(sizes, "ROWS", 2)
    return standing


def priced(gateway: Gateway, place: str, body: dict[str, Any]) -> Any:
    answer = gateway.call("POST", f"/v1/pricing/{place}", body)
    assert answer.status == 200, answer.text
    return answer.json


@pytest.mark.parametrize(
    ("kind", "rows", "terms"),
    [
        ("options", ROWS, TERMS | {"outputs": list(pricing.OUTPUTS)}),
        ("options", ("forward,strike,option_type", "9,8,put", "8,9,call"), {
            "expiry_years": 1, "volatility": 0.2, "outputs": ["delta", "price"]}),
        ("implied-volatility", ("price,strike", "12,95", "-1,95", "500,95", "0,120"), {
            "option_type": "call", "forward": 100, "expiry_years": 1}),
        ("implied-volatility", ("price,strike", "12,95", "3,120"), {
            "option_type": "put", "forward": 100, "expiry_years": 1, "model": "bachelier"}),
        ("american", ROWS, TERMS | {"outputs": ["price", "vega"]}),
        ("american", ("option_type,price,strike", "put,9,100", "put,1,200"), {
            "spot": 100, "expiry_years": 1, "rate": 0.05, "accuracy": "precise"}),
        ("exotics", ("barrier_type,barrier_level,option_type", "up-in,120,call", "down-out,90,put"),
            TERMS | {"kind": "barrier", "strike": 100, "dividend_yield": 0.01}),
        ("exotics", ("fixings,strike", "4,90", "12,110", "2,100"),
            TERMS | {"kind": "arithmetic_asian", "option_type": "put"}),
        ("exotics", ("payoff,option_type", "cash,put", "asset,call"),
            TERMS | {"kind": "digital", "strike": 100}),
        ("exotics", ("spot", "99", "101"),
            {"kind": "forward", "strike": 100, "expiry_years": 1}),
    ],
)  # fmt: skip
def test_a_job_has_the_values_of_its_route(
    gateway: Gateway, workflow: JobWorkflow, kind: str, rows: tuple[str, ...], terms: Any
) -> None:
    asked, data = a_job(rows, kind, terms=terms)
    job = run(gateway, asked, data)
    assert (job["status"], job["rows"]) == ("DONE", len(rows) - 1)

    cells = zip(*(row.split(",") for row in rows[1:]), strict=True)
    columns = dict(zip(asked["columns"], cells, strict=True))
    body = {
        name: list(texts) if name in WORDS else [json.loads(text) for text in texts]
        for name, texts in columns.items()
    }
    expected = priced(gateway, kind, terms | body)
    values = dict(expected.get("results", {}))
    if "volatility" in expected:
        values = {"volatility": expected["volatility"], **values}
    heading, *lines = result()
    assert heading.split(",") == ["status", *values]
    told = zip(expected["status"], *values.values(), strict=True)
    assert lines == [",".join(_text(one) for one in row) for row in told]
    assert job["rows_with_values"] == expected["status"].count("OK")


def _text(value: float | str | None) -> str:
    return "" if value is None else value if isinstance(value, str) else repr(float(value))


@pytest.mark.parametrize(
    "row",
    ["call", "call,90,1", "", "straddle,90", "call,ninety", "call,", "call,1_0", "call,nan",
     "call,-inf", "call,٩٠", "call," + "9" * 41, 'call,"9,0"', "\ufffd,90", "call,-90"],
)  # fmt: skip
def test_a_bad_row_says_so_and_disturbs_no_other(
    gateway: Gateway, workflow: JobWorkflow, row: str
) -> None:
    run(gateway, *a_job([*ROWS, row, "call,90"], terms=TERMS))
    lines = result()
    assert lines[6] == "INVALID,"
    assert lines[7] == lines[1]
    assert lines[:6] == [lines[0], *(one for one in lines[1:6] if one.startswith("OK,"))]


def test_words_and_numbers_may_be_quoted_and_lines_end_as_on_windows(
    gateway: Gateway, workflow: JobWorkflow
) -> None:
    run(gateway, JOB, DATA)
    plain = result()
    rows = ['"option_type", "strike"', *(f'"{row}"'.replace(",", '", "') for row in ROWS[1:])]
    data = ("\ufeff" + "\r\n".join(rows) + "\r\n").encode()
    asked, _ = a_job(ROWS, terms=TERMS, job_id="two")
    run(gateway, asked | _described(data), data)
    assert result(job_id="two") == plain


def _described(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# Once, and whose


def test_the_same_job_again_is_the_same_and_runs_once(
    gateway: Gateway, workflow: JobWorkflow
) -> None:
    first = gateway.call("POST", "/v1/pricing/jobs", JOB)
    again = gateway.call("POST", "/v1/pricing/jobs", JOB | {"terms": TERMS | {"rate": 0.02}})
    assert (first.status, again.status) == (201, 200)
    assert first.json["status"] == again.json["status"] == "CREATED"
    job = run(gateway, JOB, DATA)
    assert start(gateway, "one").json["status"] == job["status"] == "DONE"
    assert workflow.runs == 1
    assert gateway.call("POST", "/v1/pricing/jobs", JOB).json["status"] == "DONE"


@pytest.mark.parametrize(
    "changed",
    [{"terms": TERMS | {"rate": 0.03}}, {"bytes": 1}, {"sha256": "0" * 64}, {"kind": "american"},
     {"columns": ["strike", "option_type"]}],
)  # fmt: skip
def test_another_job_under_the_same_id_is_a_conflict(
    gateway: Gateway, workflow: JobWorkflow, changed: dict[str, Any]
) -> None:
    gateway.call("POST", "/v1/pricing/jobs", JOB)
    answer = gateway.call("POST", "/v1/pricing/jobs", JOB | changed)
    assert (answer.status, answer.code) == (409, "INTAKE_IDEMPOTENCY_CONFLICT")
    assert run(gateway, JOB, DATA)["status"] == "DONE"


def test_a_job_is_its_account_s_alone(gateway: Gateway, workflow: JobWorkflow) -> None:
    run(gateway, JOB, DATA)
    for answer in (shown(gateway, who="bob"), start(gateway, "one", who="bob")):
        assert (answer.status, answer.code) == (404, "NOT_FOUND")
    others, data = a_job(ROWS[:2], terms=TERMS)
    assert run(gateway, others, data, who="bob")["rows"] == 1
    assert len(result()) == len(ROWS)


def test_what_was_not_uploaded_is_not_started(gateway: Gateway, workflow: JobWorkflow) -> None:
    created = gateway.call("POST", "/v1/pricing/jobs", JOB).json
    answer = start(gateway, "one")
    assert (answer.status, answer.code) == (409, "JOB_NOT_UPLOADED")
    assert workflow.runs == 0
    assert created["upload"]["headers"]["Content-Length"] == str(len(DATA))
    for signed in ("content-length", "x-amz-checksum-sha256", "X-Amz-Expires=900"):
        assert signed in created["upload"]["url"], "the link is for this file alone"


# What is refused, when


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"kind": "swaps"}, "INTAKE_BAD_VALUE", "kind"),
        ({"job_id": "a/b"}, "INTAKE_BAD_VALUE", "job_id"),
        ({"bytes": 0}, "INTAKE_BAD_VALUE", "bytes"),
        ({"bytes": MAX_JOB_BYTES + 1}, "INTAKE_BAD_VALUE", "bytes"),
        ({"bytes": "9"}, "INTAKE_WRONG_TYPE", "bytes"),
        ({"sha256": "beef"}, "INTAKE_BAD_VALUE", "sha256"),
        ({"columns": []}, "INTAKE_BAD_VALUE", "columns"),
        ({"columns": "strike"}, "INTAKE_WRONG_TYPE", "columns"),
        ({"columns": ["option_type"]}, "INTAKE_MISSING_FIELD", "strike"),
        ({"columns": ["option_type", "strike", "shoe_size"]}, "INTAKE_UNKNOWN_FIELD", "shoe_size"),
        ({"columns": ["option_type", "strike", "strike"]}, "INTAKE_BAD_VALUE", "columns.2"),
        ({"columns": ["option_type", "strike", "rate"]}, "INTAKE_BAD_VALUE", "columns.2"),
        ({"columns": ["option_type", "strike", "outputs"]}, "INTAKE_BAD_VALUE", "columns.2"),
        ({"columns": ["option_type", "strike", "forward"]}, "INTAKE_BAD_VALUE", "spot"),
        ({"terms": TERMS | {"volatility": [0.1]}}, "INTAKE_BAD_VALUE", "terms.volatility"),
        ({"terms": TERMS | {"volatility": "much"}}, "INTAKE_WRONG_TYPE", "volatility"),
        ({"terms": TERMS | {"outputs": ["omega"]}}, "INTAKE_BAD_VALUE", "outputs.0"),
        ({"terms": []}, "INTAKE_WRONG_TYPE", "terms"),
        ({"kind": "exotics", "terms": TERMS | {"kind": "arithmetic_asian", "fixings": 2_001}},
            "INTAKE_BAD_VALUE", "terms.fixings"),
        ({"kind": "exotics", "terms": TERMS | {"kind": "geometric_asian", "fixings": 1.5}},
            "INTAKE_BAD_VALUE", "terms.fixings"),
        ({"extra": 1}, "INTAKE_UNKNOWN_FIELD", "extra"),
    ],
)  # fmt: skip
def test_a_malformed_job_is_refused_by_field_and_leaves_nothing(
    gateway: Gateway, workflow: JobWorkflow, changed: dict[str, Any], code: str, field: str
) -> None:
    answer = gateway.call("POST", "/v1/pricing/jobs", JOB | changed)
    assert (answer.status, answer.code, answer.json["field"]) == (400, code, field)
    assert "Contents" not in job_flow.s3().list_objects_v2(Bucket=job_flow.BUCKET)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (DATA + b"\ncall,1", "sha256"),
        (DATA[:-1], "sha256"),
        (b"strike,option_type\n90,call", "columns"),
        (b"", "columns"),
        (b"option_type,strike\n", "rows"),
        (b"option_type,strike\ncall," + b"9" * 1_000, "rows"),
        (b"option_type,strike" + b"\ncall,90" * 21, "rows"),
        (b"option_type,strike" + b"\ncall,90" * 9, "rows"),
    ],
)
def test_an_upload_that_is_not_what_the_job_said_is_refused_and_nothing_is_priced(
    gateway: Gateway,
    workflow: JobWorkflow,
    monkeypatch: pytest.MonkeyPatch,
    data: bytes,
    field: str,
) -> None:
    monkeypatch.setattr(cutting, "MAX_ROWS", 8)
    monkeypatch.setattr(cutting, "MAX_CHUNKS", 10)
    said = JOB if field == "sha256" else JOB | _described(data or b" ")
    job = run(gateway, said, data)
    assert (job["status"], job["refusal"]["field"]) == ("REFUSED", field)
    assert job["result"] is None
    assert job["refusal"]["rule"]
    assert shown(gateway).json == job


# What goes wrong


def test_a_chunk_that_is_given_up_is_told_and_the_others_have_their_values(
    gateway: Gateway, workflow: JobWorkflow
) -> None:
    workflow.gives_up = frozenset({1})
    job = run(gateway, JOB, DATA)
    assert (job["status"], job["chunks"], job["chunks_done"]) == ("INCOMPLETE", 3, 2)
    assert job["given_up"] == [{"first_row": 3, "last_row": 4, "error": "Sandbox.Timedout"}]
    assert list(workflow.ended.values()) == ["FAILED"], "so that an operator hears of it"
    statuses = [line.partition(",")[0] for line in result()]
    assert statuses == ["status", "OK", "OK", "FAILED", "FAILED", "OK"]


def test_a_job_under_way_tells_how_far_it_is(gateway: Gateway, workflow: JobWorkflow) -> None:
    workflow.stays = "RUNNING"
    job = run(gateway, JOB, DATA)
    assert (job["status"], job["rows"], job["chunks_done"]) == ("RUNNING", None, 0)
    cut = workflow.call("job_chunks", {"step": "cut", "folder": folder_of("alice", "one")})
    workflow.call("chunk_pricing", json.loads(job_flow.read(cut["plan_key"]))[2])
    job = shown(gateway).json
    assert (job["status"], job["rows"], job["chunks"], job["chunks_done"]) == ("RUNNING", 5, 3, 1)


@pytest.mark.parametrize("status", ["FAILED", "TIMED_OUT", "ABORTED"])
def test_a_job_whose_workflow_ended_without_an_outcome_has_failed(
    gateway: Gateway, workflow: JobWorkflow, status: str
) -> None:
    workflow.stays = status
    run(gateway, JOB, DATA)
    job = shown(gateway).json
    assert (job["status"], job["error"], job["result"]) == ("FAILED", status, None)


@pytest.mark.parametrize("killed_at", range(1, 12))
@pytest.mark.parametrize("dies", ["before", "after"])
def test_whoever_dies_at_a_write_is_followed_by_one_who_leaves_the_same(
    gateway: Gateway,
    workflow: JobWorkflow,
    monkeypatch: pytest.MonkeyPatch,
    killed_at: int,
    dies: str,
) -> None:
    run(gateway, JOB, DATA)
    undisturbed = result()
    put, writes = JobFiles.put, 0

    class KilledError(BaseException):
        """The process ends."""

    def killing(files: JobFiles, folder: str, name: str, data: bytes) -> None:
        nonlocal writes
        writes += 1
        if writes == killed_at and dies == "before":
            raise KilledError
        put(files, folder, name, data)
        if writes == killed_at:
            raise KilledError

    folder = _folder_of_two(gateway)
    monkeypatch.setattr(JobFiles, "put", killing)
    for _ in range(2):
        try:
            workflow.walk(folder)
        except KilledError:
            continue
    assert writes >= 9, "three chunks and a plan, three results, the result and the outcome"
    assert result(job_id="two") == undisturbed
    job = shown(gateway, "two").json
    assert (job["status"], job["rows_with_values"]) == ("DONE", 5)


def _folder_of_two(gateway: Gateway) -> str:
    asked = JOB | {"job_id": "two"}
    assert gateway.call("POST", "/v1/pricing/jobs", asked).status == 201
    job_flow.upload("alice", "two", DATA)
    return folder_of("alice", "two")


# Sizes


def test_chunks_of_americans_are_as_large_as_the_requests_of_their_route() -> None:
    bounds = (sizes.ROWS, sizes.ROWS_PRECISE, sizes.FIXINGS)
    assert bounds == (numbers.MAX_OPTIONS, pricing.MAX_AMERICAN["precise"], pricing.MAX_FIXINGS)
    precise = {"kind": "american", "terms": {"accuracy": "precise"}, "columns": ["strike"]}
    assert sizes.capacity_of(precise).rows == sizes.ROWS_PRECISE


def test_asians_of_a_chunk_have_so_many_fixings_together() -> None:
    terms = {"kind": "arithmetic_asian"}
    capacity = sizes.capacity_of({"kind": "exotics", "terms": terms, "columns": ["fixings"]})
    rows = [b"1500", b"600", b"1400", b"1", b"2001", b"none", b"nan"]
    cut = [len(chunk.rows) for chunk in cutting.chunks_of(rows, capacity)]
    assert cut == [1, 2, 4]


@pytest.mark.parametrize("kind", ["arithmetic_asian", "geometric_asian"])
def test_fixings_that_no_asian_has_are_of_their_own_row(
    gateway: Gateway, workflow: JobWorkflow, kind: str
) -> None:
    """The library refuses a whole call for them."""
    terms = TERMS | {"kind": kind, "option_type": "put", "strike": 100}
    run(gateway, *a_job(["fixings", "3", "2001", "-1", "1.5", "many", "0"], "exotics", terms=terms))
    statuses = [line.partition(",")[0] for line in result()[1:]]
    assert statuses == ["OK", *["INVALID"] * 4, "OK"]


def test_the_words_of_a_file_are_those_of_a_request() -> None:
    assert WORDS["barrier_type"] == pricing.BARRIERS
    assert (MAX_CHARACTERS, MAX_FIXINGS) == (numbers.MAX_CHARACTERS, pricing.MAX_FIXINGS)
    assert result_columns({"kind": "exotics"}) == ["price"]
