"""The orders table: an item per order, cancel, deposit or the like, that makes each happen once.

The conditional put of an item is the gate. The item is also what clients read: a projection,
moved forward by whoever has news of the order, never back.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from zerodesk.orders import OrderStatus
from zerodesk.withdrawal_status import WithdrawalStatus
from zerodesk_aws.tables.items import (
    MAX_BATCH,
    Item,
    condition_failed,
    got,
    move_forward,
    one_of,
    put_new,
    set_where,
    standing,
)

if TYPE_CHECKING:
    from zerodesk_aws.at_once import Call
    from zerodesk_aws.tables.order_model import OrderModel

DONE: Final = "DONE"
"""The status of a gate item whose effect stands."""

MOVING: Final = (
    "account_id",
    "order_id",
    "kind",
    "placed_at_ms",
    "status",
    "filled_lots",
    "remaining_lots",
    "price_ticks",
    "held_minor",
    "filled_notional_minor",
    "fee_minor",
    "rejection",
    "account_sequence",
    "book_sequence",
    "updated_at_ms",
)
"""All of an item but what was asked, which is most of it."""

PROJECTED: Final = (
    "filled_lots",
    "remaining_lots",
    "price_ticks",
    "held_minor",
    "filled_notional_minor",
    "fee_minor",
    "rejection",
)
STILL_PENDING: Final = tuple(status.value for status in OrderStatus if status.is_pending)
STILL_MOVING: Final = tuple(status.value for status in OrderStatus if not status.is_terminal)
ANSWERED: Final = frozenset(
    {
        DONE,
        *(one.value for one in OrderStatus if one.is_terminal),
        *(one.value for one in WithdrawalStatus if one.is_final),
    }
)
"""The statuses by which an item shows what an account may forget."""
Row = tuple[int, dict[str, Any]]
"""(sequence, body) of a book's record."""

Word = tuple[dict[str, Any], int, int]
"""(projection, sequence, record time in ms): what a record says of an order."""


JSON: Final = ("request", "rejection")
"""Attributes that are JSON in a text."""


class OrderItem:
    """An order, a cancel, a deposit...: ``kind`` says what, ``request`` what was asked.

    ``remaining_lots`` is what its book leaves of an order, ``price_ticks`` the limit that it has
    there; None is what was asked. ``held_minor`` is what its book counts on. An item has those of
    its attributes that it was read with.
    """

    account_id: str
    order_id: str
    placed_at_ms: int
    kind: str
    fingerprint: str
    request: Any
    status: str
    filled_lots: int
    remaining_lots: int | None = None
    price_ticks: int | None = None
    held_minor: int | None = None
    filled_notional_minor: int
    fee_minor: int
    rejection: Any = None
    account_sequence: int | None = None
    book_sequence: int | None = None
    updated_at_ms: int

    def __init__(self, **attributes: Any) -> None:
        self.filled_lots = self.filled_notional_minor = self.fee_minor = 0
        self.__dict__.update(attributes)

    @classmethod
    def read(cls, item: Item) -> "OrderItem":
        """Return an item that DynamoDB answered."""
        return cls(**{name: _read(name, content) for name, content in item.items()})

    def written(self) -> Item:
        """Return the item as DynamoDB has it."""
        return {name: _written(name, value) for name, value in vars(self).items()}

    @property
    def lots_left(self) -> int:
        """What remains of an order; nothing that is counted in lots where it names an amount."""
        if "amount_minor" in self.request:
            return 0
        left = self.remaining_lots
        return int(self.request["quantity_lots"]) - self.filled_lots if left is None else left

    @property
    def quantity_lots(self) -> int:
        """An order's whole quantity as it stands: what is filled and what remains."""
        return self.filled_lots + self.lots_left

    @property
    def limit_ticks(self) -> int | None:
        """An order's limit as it stands, None at the market."""
        limit: int | None = (
            self.request["price_ticks"] if self.price_ticks is None else self.price_ticks
        )
        return limit


def _read(name: str, content: dict[str, Any]) -> Any:
    if "N" in content:
        return int(content["N"])
    return json.loads(content["S"]) if name in JSON else content["S"]


def _written(name: str, value: Any) -> dict[str, Any]:
    if name in JSON:
        return {"S": json.dumps(value)}
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


class Orders:
    """The items of one orders table."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name

    def open_gate(
        self,
        account_id: str,
        order_id: str,
        *,
        kind: str,
        fingerprint: str,
        request: dict[str, Any],
        at_ms: int,
    ) -> tuple[OrderItem, bool]:
        """Put an item if there is none; return the one that stands and whether it is new."""
        item = OrderItem(
            account_id=account_id,
            order_id=order_id,
            placed_at_ms=at_ms,
            kind=kind,
            fingerprint=fingerprint,
            request=request,
            status=OrderStatus.QUEUED.value,
            updated_at_ms=at_ms,
        )
        if self._put_new(item):
            return item, True
        found = self._get(account_id, order_id)
        assert found is not None, "an item that stands is never taken away"
        return found, False

    def _put_new(self, item: OrderItem) -> bool:
        """Put an item unless there is one; whether there was none."""
        try:
            put_new(self._table_name, item.written(), absent="order_id")
        except ClientError as error:
            if not condition_failed(error):
                raise
            return False
        return True

    def get(self, account_id: str, order_id: str) -> OrderItem | None:
        """Return an item, read strongly, or None."""
        return self._get(account_id, order_id)

    def status(self, account_id: str, order_id: str) -> str | None:
        """Return an item's status, read strongly, or None without an item."""
        item = got(self._table_name, _key(account_id, order_id), ("status",))
        return None if item is None else str(item["status"]["S"])

    def moved(self, item: OrderItem) -> OrderItem | None:
        """Return an item as it stands now, read strongly, or None.

        What was asked never changes, so it is not sent and read again.
        """
        found = self._get(item.account_id, item.order_id, MOVING)
        if found is not None:
            found.request = item.request
        return found

    def get_many(self, account_id: str, order_ids: Iterable[str]) -> dict[str, OrderItem]:
        """Return the items that exist of an account, read strongly, by id."""
        found = self._batch([(account_id, order_id) for order_id in order_ids])
        return {item.order_id: item for item in found}

    def progress(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OrderItem]:
        """Return how far the items of any accounts are that exist, read strongly, by (account, id).

        Of each what moves, and nothing of what was asked.
        """
        found = self._batch(list(keys), MOVING)
        return {(item.account_id, item.order_id): item for item in found}

    def statuses(self, account_id: str, order_ids: Iterable[str]) -> dict[str, str]:
        """Return the statuses of the items that exist of an account, read strongly, by id."""
        keys = [(account_id, order_id) for order_id in order_ids]
        found = self._batch(keys, ("order_id", "status")) if keys else ()
        return {item.order_id: item.status for item in found}

    def shown(self, account_id: str, ids: Iterable[str]) -> list[str]:
        """Return which of these ids have items that show an answer by now.

        Any answer will do: an order that a cancel buried before its refusal was shown says
        CANCELLED for good, and nobody decides it again.
        """
        statuses = self.statuses(account_id, ids)
        return [order_id for order_id, status in statuses.items() if status in ANSWERED]

    def _get(
        self, account_id: str, order_id: str, attributes: tuple[str, ...] | None = None
    ) -> OrderItem | None:
        item = got(self._table_name, _key(account_id, order_id), attributes)
        return None if item is None else OrderItem.read(item)

    def _batch(
        self, keys: list[tuple[str, str]], attributes: tuple[str, ...] | None = None
    ) -> Iterator[OrderItem]:
        # In one order, for of more than a batch it says which go together.
        places = [_key(*key) for key in sorted(set(keys))]
        return map(OrderItem.read, standing(self._table_name, places, attributes))

    def _model(self) -> "type[OrderModel]":
        """Return the model of the items: who goes through an account's asks by the index."""
        from zerodesk_aws.tables.bind import bound
        from zerodesk_aws.tables.order_model import OrderModel

        return bound(OrderModel, self._table_name)

    def placed(
        self,
        account_id: str,
        *,
        from_ms: int = 0,
        to_ms: int,
        limit: int | None = None,
    ) -> Iterator[OrderItem]:
        """Yield the keys of an account's items placed in a span of time, both ends included."""
        model = self._model()
        span = model.placed_at_ms.between(from_ms, to_ms)
        keys = model.by_placed.query(account_id, span, scan_index_forward=True, limit=limit)
        return map(_of_keys, keys)

    def newest(
        self, account_id: str, before: tuple[int, str] | None, *, limit: int
    ) -> Iterator[OrderItem]:
        """Yield the keys of an account's items, newest first, those behind a position.

        A position is (placed_at_ms, order_id). What was placed in the same millisecond comes in an
        order of the index's own, in which it goes on. The index follows its table with a delay: an
        item that reaches it late, or that a slow clock placed in the past, may be missing on a page
        and stand on none of the later ones.
        """
        start = before and {
            "account_id": {"S": account_id},
            "placed_at_ms": {"N": str(before[0])},
            "order_id": {"S": before[1]},
        }
        keys = self._model().by_placed.query(
            account_id,
            scan_index_forward=False,
            limit=limit,
            page_size=min(limit, MAX_BATCH),
            last_evaluated_key=start,
        )
        return map(_of_keys, keys)

    def change_gate(
        self, item: OrderItem, *, status: str, request: dict[str, Any], at_ms: int
    ) -> OrderItem | None:
        """Give an item another status and request if it still stands as it was read.

        Its time moves on by a millisecond at least, so no two of its states have the same one: that
        is what is compared. The item is found anew by that time, too. None if another was first.
        """
        seen_ms = int(item.updated_at_ms)
        changed_ms = max(at_ms, seen_ms + 1)
        changed = {
            "status": {"S": status},
            "request": {"S": json.dumps(request)},
            "placed_at_ms": {"N": str(changed_ms)},
            "updated_at_ms": {"N": str(changed_ms)},
        }
        key, seen = _key(item.account_id, item.order_id), {":seen": {"N": str(seen_ms)}}
        if not set_where(self._table_name, key, changed, "#updated_at_ms = :seen", seen):
            return None
        item.status, item.request = status, request
        item.placed_at_ms = item.updated_at_ms = changed_ms
        return item

    def finish_gate(
        self, account_id: str, order_id: str, account_sequence: int, at_ms: int
    ) -> None:
        """Show that the effect of a gate item stands, and in which record."""
        shown = _decided(DONE, account_sequence, at_ms)
        self._move(account_id, order_id, shown, (OrderStatus.QUEUED.value,))

    def move_gate(
        self,
        account_id: str,
        order_id: str,
        answer: dict[str, Any],
        account_sequence: int,
        *,
        at_ms: int,
    ) -> None:
        """Show what the account's journal answers: a status, and why, if it is a refusal.

        RESERVED follows QUEUED only; what is final follows both, and nothing follows it.
        """
        shown = _decided(answer["status"], account_sequence, at_ms, answer.get("rejection"))
        before = [WithdrawalStatus.QUEUED.value]
        if answer["status"] != WithdrawalStatus.RESERVED:
            before.append(WithdrawalStatus.RESERVED.value)
        self._move(account_id, order_id, shown, before)

    def project_rejection(
        self,
        account_id: str,
        order_id: str,
        rejection: dict[str, Any],
        account_sequence: int,
        at_ms: int,
    ) -> None:
        """Show a refusal that stands in the account's journal."""
        shown = _decided(OrderStatus.REJECTED.value, account_sequence, at_ms, rejection)
        self._move(account_id, order_id, shown, (OrderStatus.QUEUED.value,))

    def showing(self, rows: Sequence[Row]) -> "list[Call]":
        """Return the calls that show what a book's records say of the orders that they touched.

        Each is of another item, and shows the last word of it: they may go at once, behind those of
        ``opening``. What is said only of orders that are still pending waits for ``catch_up``: the
        record that ended the order may not be shown yet.
        """
        words = {
            (projection["account_id"], order_id): (projection, sequence, body["time_ms"])
            for sequence, body in rows
            for order_id, projection in body["orders"].items()
            if not projection.get("if_pending")
        }
        return [partial(self._project, order_id, *word) for (_, order_id), word in words.items()]

    def catch_up(self, rows: Sequence[Row]) -> int:
        """Show the last word of several records where an item is behind; return how many were.

        Items are read first: most of them were shown by matching, and a read costs less than a
        write that is refused.
        """
        latest: dict[tuple[str, str], Word] = {}
        for sequence, body in rows:
            for order_id, projection in body["orders"].items():
                key = (projection["account_id"], order_id)
                if projection.get("if_pending") and key in latest:
                    continue
                latest[key] = (projection, sequence, body["time_ms"])
        for opens in self.opening(rows):
            opens()
        behind = 0
        for item in self._batch(list(latest), MOVING):
            projection, sequence, at_ms = latest[item.account_id, item.order_id]
            if item.status in STILL_MOVING and int(item.book_sequence or 0) < sequence:
                self._project(item.order_id, projection, sequence, at_ms)
                behind += 1
        return behind

    def opening(self, rows: Sequence[Row]) -> "list[Call]":
        """Return the calls that put the items of orders that follow others, as records took them.

        Nobody asks for one by itself, so its first record is its gate. What was asked is in the
        item of the order that it follows. They may go at once, before any item moves: whoever sees
        that an order is filled looks for the one behind it.
        """
        following = {
            then["command_id"]: (command, sequence, body)
            for sequence, body in rows
            for command in body["commands"]
            if (then := command.get("then"))
            and (projection := body["orders"].get(then["command_id"]))
            and not projection.get("if_pending")
        }
        return [
            partial(self._open_following, order_id, *taken) for order_id, taken in following.items()
        ]

    def _open_following(
        self, order_id: str, command: dict[str, Any], sequence: int, body: dict[str, Any]
    ) -> None:
        leading = self._get(command["account_id"], command["command_id"])
        if leading is not None and "then" in leading.request:
            self._put_following(leading, order_id, body["orders"][order_id], sequence, body)

    def _put_following(
        self,
        leading: OrderItem,
        order_id: str,
        projection: dict[str, Any],
        sequence: int,
        body: dict[str, Any],
    ) -> None:
        shown = {name: projection[name] for name in PROJECTED if projection.get(name) is not None}
        following = OrderItem(
            account_id=leading.account_id,
            order_id=order_id,
            placed_at_ms=leading.placed_at_ms,
            kind=leading.kind,
            fingerprint=leading.fingerprint,
            request=leading.request["then"],
            status=projection["status"],
            book_sequence=sequence,
            updated_at_ms=body["time_ms"],
            **shown,
        )
        self._put_new(following)

    def _project(
        self, order_id: str, projection: dict[str, Any], sequence: int, at_ms: int
    ) -> None:
        shown = {
            "status": {"S": projection["status"]},
            "book_sequence": {"N": str(sequence)},
            "updated_at_ms": {"N": str(at_ms)},
        } | _shown(projection)
        statuses = STILL_PENDING if projection.get("if_pending") else STILL_MOVING
        key = _key(projection["account_id"], order_id)
        move_forward(self._table_name, key, shown, by="book_sequence", among=("status", statuses))

    def _move(self, account_id: str, order_id: str, shown: Item, before: Sequence[str]) -> None:
        """Show what became of an item that has one of these statuses; any other is ahead."""
        condition, compared = one_of("status", before)
        set_where(self._table_name, _key(account_id, order_id), shown, condition, compared)


def _key(account_id: str, order_id: str) -> Item:
    return {"account_id": {"S": account_id}, "order_id": {"S": order_id}}


def _shown(projection: dict[str, Any]) -> Item:
    """Return what a record says of an order, as its item has it."""
    said = {name: projection[name] for name in PROJECTED if projection.get(name) is not None}
    rejection = said.pop("rejection", None)
    shown: Item = {name: {"N": str(number)} for name, number in said.items()}
    return shown if rejection is None else shown | {"rejection": {"S": json.dumps(rejection)}}


def _decided(
    status: str, account_sequence: int, at_ms: int, rejection: dict[str, Any] | None = None
) -> Item:
    """Return what an account's record says of an item, as the item has it."""
    shown: Item = {
        "status": {"S": status},
        "account_sequence": {"N": str(account_sequence)},
        "updated_at_ms": {"N": str(at_ms)},
    }
    return shown if rejection is None else shown | {"rejection": {"S": json.dumps(rejection)}}


def _of_keys(key: "OrderModel") -> OrderItem:
    return OrderItem(
        account_id=key.account_id, order_id=key.order_id, placed_at_ms=int(key.placed_at_ms)
    )
