"""Several orders in one request: each goes its own way, and all are waited for together."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from zerodesk.instruments import Market
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.grammar import read
from zerodesk_aws.api.problems import ProblemCode, ProblemError, refused
from zerodesk_aws.contracts import problems
from zerodesk_aws.contracts.order_changes import PlacedOrder
from zerodesk_aws.contracts.orders import PlaceOrder
from zerodesk_aws.entry import logger
from zerodesk_aws.order_path import OrderPath, Placed, Waiting, is_answered, not_known
from zerodesk_aws.tables.orders import OrderItem, Orders
from zerodesk_aws.views.orders import order_view
from zerodesk_aws.workflows import Workflow

Accepted = tuple[OrderItem, Market]


class Batches:
    """Places several orders of an account at once."""

    def __init__(
        self,
        path: OrderPath,
        orders: Orders,
        accounts: AccountJournal,
        workflow: Workflow,
        waiting: Waiting,
    ) -> None:
        self._path, self._orders, self._accounts = path, orders, accounts
        self._workflow, self._waiting = workflow, waiting

    def place(self, account_id: str, asked: Sequence[Any]) -> list[PlacedOrder]:
        """Place each order, or find the one of the same id; one refused does not refuse another.

        The workflows run side by side; what they came to shows in the items, and for how long that
        is waited for is the same for all.
        """
        deadline = self._waiting.deadline()
        accepted = [self._accept(account_id, one) for one in asked]
        items = {one[0].order_id: one[0] for one in accepted if not isinstance(one, ProblemError)}
        for item in items.values():
            if not is_answered(item):
                self._workflow.begin(item.request)
        self._wait(account_id, items, deadline)
        late = {order_id for order_id, item in items.items() if not is_answered(item)}
        held = self._held(account_id) if late else frozenset[str]()
        logger.info("batch placed", orders=len(asked), unanswered=len(late))
        return [
            _refused(one)
            if isinstance(one, ProblemError)
            else _placed((items[one[0].order_id], one[1]), held)
            for one in accepted
        ]

    def _accept(self, account_id: str, asked: Any) -> Accepted | ProblemError:
        try:
            if not isinstance(asked, dict):
                raise refused(ProblemCode.INTAKE_WRONG_TYPE, "orders", asked, "JSON objects")
            return self._path.accept(account_id, read(PlaceOrder, asked))
        except ProblemError as problem:
            return problem

    def _wait(self, account_id: str, items: dict[str, OrderItem], deadline: float) -> None:
        """Look at the items until each has its answer; what has one is not read again."""

        def late() -> list[OrderItem]:
            waiting = [item for item in items.values() if not is_answered(item)]
            keys = [(account_id, item.order_id) for item in waiting]
            for (_, order_id), found in (self._orders.progress(keys) if keys else {}).items():
                found.request = items[order_id].request
                items[order_id] = found
            return [item for item in items.values() if not is_answered(item)]

        self._waiting.look(late, lambda some: not some, deadline)

    def _held(self, account_id: str) -> frozenset[str]:
        """Return the orders that stand in the account's journal, read strongly."""
        state = self._accounts.latest(account_id).state
        return frozenset(state.holds) | frozenset(state.answered)


def _placed(accepted: Accepted, held: frozenset[str]) -> PlacedOrder:
    item, market = accepted
    placed = Placed(order_view(item, market), is_answered(item))
    if placed.answered or item.order_id in held:
        return PlacedOrder(status=placed.status, order=placed.order)
    return _refused(not_known(item.order_id))


def _refused(error: ProblemError) -> PlacedOrder:
    problem = problems.Problem.model_validate(error.problem.to_document())
    return PlacedOrder(status=HTTPStatus(problem.status), problem=problem)
