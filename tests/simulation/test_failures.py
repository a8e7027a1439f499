"""A test that cannot fail is worth nothing: seeded bugs are found, and told so that one can act."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.simulation import seam
from tests.simulation.__main__ import main
from zerodesk_aws.journal import Journal
from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.order_model import OrderModel
from zerodesk_aws.tables.orders import Orders

LIVES = 2_000


def shows_nothing(_: Orders, __: Any) -> int:
    """Stand in for ``Orders.catch_up``: what matching did not get to show stays unshown."""
    return 0


def believes_its_put(_: Journal, item: Any) -> None:
    """Stand in for ``Journal._put``: a put that fails is taken for done."""
    with suppress(Exception):
        item.save(condition=type(item).sequence.does_not_exist())


def puts_blindly(
    orders: Orders, account_id: str, order_id: str, *, at_ms: int, **terms: Any
) -> tuple[Any, bool]:
    """Stand in for ``Orders.open_gate``: a repeat overwrites the order."""
    put = bound(OrderModel, orders._table_name)
    item = put(account_id, order_id, placed_at_ms=at_ms, updated_at_ms=at_ms, **terms)
    item.status = "QUEUED"
    item.save()
    return orders.get(account_id, order_id), True


@pytest.fixture
def simulated() -> Iterator[None]:
    with seam.installed():
        yield


def test_a_run_that_fails_tells_its_seed_the_invariant_and_a_short_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Orders, "catch_up", shows_nothing)
    assert main(["--lives", str(LIVES), "--seed", "3"]) == 1
    told = capsys.readouterr().out
    assert "breaks an invariant" in told
    assert "lives still fail" in told
    assert "broken: " in told
    assert "again: python -m tests.simulation --run 3000" in told


@pytest.mark.usefixtures("simulated")
@pytest.mark.parametrize(
    ("owner", "name", "bug"),
    [(Journal, "_put", believes_its_put), (Orders, "open_gate", puts_blindly)],
)
def test_a_seeded_bug_is_found(
    monkeypatch: pytest.MonkeyPatch, owner: type, name: str, bug: Callable[..., Any]
) -> None:
    from tests.simulation.campaign import campaign, seeds_of

    monkeypatch.setattr(owner, name, bug)
    assert campaign(seeds_of(5, LIVES), lambda _: None).failed is not None
