"""A process has its function's modules to itself, as if it had imported them."""

import sys

import pytest

from tests.simulation import seam
from tests.simulation.processes import load
from tests.simulation.regions import HOME

STATE = {
    "back_office": "back_office.routes.table",
    "order_intake": "order_intake.operations",
    "matching": "matching.handler",
}
"""Functions, and a module of each that holds state."""


@pytest.mark.parametrize(("function", "stateful"), STATE.items())
def test_each_process_has_its_own_state_wherever_it_looks(function: str, stateful: str) -> None:
    with seam.installed():
        loaded = [load(function, HOME) for _ in range(3)]
        before = {name for name in sys.modules if name.startswith(function)}
    first, *others = loaded
    own = {name for name in first if all(one[name] is not first[name] for one in others)}
    assert {function, stateful} <= own
    assert before <= first.keys()
    for modules in loaded:
        assert modules.keys() == first.keys()
        for name in own - {function}:
            package, _, child = name.rpartition(".")
            assert getattr(modules[package], child) is modules[name]
