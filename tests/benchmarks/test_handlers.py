"""The benchmark of handlers has each function hear again what it heard, by itself."""

from pathlib import Path

import pytest

from tests.benchmarks.handlers import FUNCTIONS, of_function, run

ORDERS = 4


@pytest.fixture(scope="module")
def heard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("handlers") / "heard"
    run(f"take_down({str(file)!r}, {ORDERS})")
    return file


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_answers_what_it_hears_again_as_it_did(heard: Path, function: str) -> None:
    own = of_function(str(heard), function)
    trades, listing = ORDERS // 2, 1
    expected = {"settlement": trades, "matching": listing + ORDERS}
    assert len(own) == expected.get(function, ORDERS)
    run(f"replay_file({str(heard)!r}, {function!r}, {len(own)})")
