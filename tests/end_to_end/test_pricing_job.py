"""A batch beyond the bound of a request goes all the way: link, upload, chunks, result."""

import hashlib
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import numpy as np
import pytest

from tests.end_to_end.conftest import Venue
from zerodesk.pricing.black_scholes import black_scholes
from zerodesk_client import pricing_jobs

if TYPE_CHECKING:
    from zerodesk_client.api.job_models import Job

pytestmark = pytest.mark.local_cloud

ROWS = 25_001
"""Three chunks, the last of them short."""
BOUND_S = 120


def ended(http: httpx.Client, job_id: str) -> Any:
    """Ask for a job until it is over; return how far it was seen, and what it came to."""
    seen, deadline = [], time.monotonic() + BOUND_S
    while time.monotonic() < deadline:
        job = http.get(f"v1/pricing/jobs/{job_id}").json()
        seen.append((job["status"], job["chunks_done"]))
        if job["status"] not in ("CREATED", "RUNNING"):
            return seen, job
        time.sleep(0.1)
    raise AssertionError(seen[-1])


def test_a_job_is_uploaded_priced_in_chunks_and_downloaded(venue: Venue) -> None:
    account_id, key = venue.account()
    strikes = np.linspace(50.0, 150.0, ROWS)
    strikes[12_345] = -1.0
    types = ["call" if row % 2 else "put" for row in range(ROWS)]
    lines = [f"{kind},{strike!r}" for kind, strike in zip(types, strikes.tolist(), strict=True)]
    data = "\n".join(["option_type,strike", *lines]).encode()
    terms = {"spot": 100, "expiry_years": 0.5, "rate": 0.02, "volatility": 0.3}
    asked = {
        "job_id": "monday",
        "kind": "options",
        "terms": terms | {"outputs": ["price", "delta"]},
        "columns": ["option_type", "strike"],
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    with venue.http(key) as http:
        created = http.post("v1/pricing/jobs", json=asked)
        assert created.status_code == 201, created.text
        assert http.post("v1/pricing/jobs", json=asked).status_code == 200
        assert http.post("v1/pricing/jobs/monday/start").json()["code"] == "JOB_NOT_UPLOADED"
        upload = created.json()["upload"]
        other = bytes(reversed(data))
        refused = httpx.put(upload["url"], content=other, headers=upload["headers"])
        assert refused.status_code in (400, 403), "the link is for these bytes alone"
        done = httpx.put(upload["url"], content=data, headers=upload["headers"])
        assert done.status_code == 200, done.text
        for _ in range(2):
            assert http.post("v1/pricing/jobs/monday/start").status_code == 200
        _, job = ended(http, "monday")
        assert (job["status"], job["rows"], job["chunks_done"]) == ("DONE", ROWS, 3)
        assert job["rows_with_values"] == ROWS - 1
        result = httpx.get(job["result"]["url"])
    heading, *rows = result.text.splitlines()
    assert heading == "status,price,delta"
    assert rows.pop(12_345) == "INVALID,,"
    types.pop(12_345)
    good = np.delete(strikes, 12_345)
    expected = black_scholes(types, 100.0, good, 0.5, 0.02, 0.0, 0.3, ("price", "delta"))
    columns = zip(expected["price"].tolist(), expected["delta"].tolist(), strict=True)
    assert rows == [f"OK,{price!r},{delta!r}" for price, delta in columns]
    _, stranger = venue.account()
    with venue.http(stranger) as http:
        assert http.get("v1/pricing/jobs/monday").status_code == 404, f"the job is {account_id}'s"


def test_the_client_takes_a_file_there_and_back(venue: Venue, tmp_path: Path) -> None:
    file, values = tmp_path / "book.csv", tmp_path / "values.csv"
    file.write_text("option_type,strike\nput,90\ncall,none\nput,110\n")
    terms = {"spot": 100, "expiry_years": 0.5, "rate": 0.05, "volatility": 0.3}
    job = pricing_jobs.describe(file, "american", terms)
    told: list[Job] = []
    client = venue.trader()
    done = pricing_jobs.run(client, job, file, told.append)
    assert (done.status, done.rows, done.rows_with_values) == ("DONE", 3, 2)
    assert told[0].status == "RUNNING" or told[0].is_over
    assert done.result is not None
    pricing_jobs.download(done.result, values)
    heading, first, second, third = values.read_text().splitlines()
    assert (heading, second) == ("status,volatility,price", "INVALID,0.3,")
    assert first.startswith("OK,0.3,")
    assert third.startswith("OK,0.3,")
    again = pricing_jobs.run(client, job, file, told.append)
    assert replace(again, result=None) == replace(done, result=None), "all but the link is the same"
