"""A query that is cut to its range stands for its table in its own thread alone."""

import json
import subprocess

from infra_cdk.local.paths import EMULATOR, ROOT

PROGRAM = "tests.infra_cdk.local.emulator.beside_a_query"


def test_a_table_is_read_as_itself_while_a_query_of_another_is_under_way() -> None:
    """Where it stood for every table, a workflow found the journal in place of the market."""
    done = subprocess.run(
        [EMULATOR / "bin" / "python", "-m", PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["status"], told["read"]) == (200, {"Item": {"symbol": {"S": "BTC-USD"}}})
    assert told["queried"] == 12
