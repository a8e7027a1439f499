"""What else ministack does otherwise than AWS, corrected one by one."""

import decimal
import functools
import random
import sys
import threading
import time
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from jsonata.jsonata import Jsonata
from jsonata.parser import Parser
from ministack.core import responses
from ministack.services import apigateway_v1, eventbridge, lambda_svc, sqs, stepfunctions

from infra_cdk.local.emulator.expectations import expect_parameters, expect_text, expect_value
from infra_cdk.local.emulator.fifo import collect_one_group
from infra_cdk.local.emulator.queries import query_what_is_asked, read_expressions_once

if TYPE_CHECKING:
    from collections.abc import Callable

DYNAMODB_DIGITS = 38
EXPRESSIONS_REMEMBERED = 1_024
FIFO_GROUPS_AT_ONCE = 5
IDLE_GAP_SECONDS = 0.001
PRUNE_SECONDS = 1.0
SWITCH_SECONDS = 0.0005
UUID_BITS = 128


def start_workflows_at_once() -> None:
    """Drop the 150 ms that every execution waits before its first state."""
    pause_seconds = 0.15
    expect_text(stepfunctions, f"time.sleep({pause_seconds})")
    expect_text(stepfunctions._run_execution, f"time.sleep({pause_seconds})")

    class Clock:
        def __getattr__(self, name: str) -> Any:
            return getattr(time, name)

        def sleep(self, seconds: float) -> None:
            if seconds != pause_seconds:
                time.sleep(seconds)

    stepfunctions.time = Clock()


def keep_38_digits() -> None:
    """Compute DynamoDB's numbers with 38 digits; Python's default keeps 28 and rounds."""
    decimal.DefaultContext.prec = DYNAMODB_DIGITS
    decimal.setcontext(decimal.Context(prec=DYNAMODB_DIGITS))


def deliver_across_regions() -> None:
    """Deliver to event buses of other regions and accounts, which stock drops."""
    stock = eventbridge._dispatch_to_event_bus
    expect_parameters(stock, ["spec", "event", "rule", "event_path", "target_input_payload"])

    def dispatch(spec: Any, *arguments: Any, **options: Any) -> Any:
        here = (responses.get_account_id(), responses.get_region())
        if (spec.account_id, spec.region) == here:
            return stock(spec, *arguments, **options)
        with responses.request_scope(spec.account_id, spec.region):
            return stock(spec, *arguments, **options)

    eventbridge._dispatch_to_event_bus = dispatch


def wake_queues_at_once() -> None:
    """Poll a queue a millisecond after it got a message, not fifty."""
    expect_value(lambda_svc, "_ESM_IDLE_WAKE_GAP_SECONDS", 0.05)
    expect_text(lambda_svc._poll_loop, "time.sleep(_ESM_IDLE_WAKE_GAP_SECONDS)")
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = IDLE_GAP_SECONDS


def run_message_groups_side_by_side() -> None:
    """Give each batch of a FIFO queue one message group, and run several groups at once.

    AWS runs as many batches as there are active groups. Stock mixes the groups of a queue in
    one batch and runs one batch at a time, so that books would wait for one another.
    """
    expect_text(
        lambda_svc._sqs_esm_concurrency, 'if (queue or {}).get("is_fifo"):\n        return 1'
    )
    expect_parameters(sqs._collect_fifo, ["q", "max_n", "vis_timeout", "now"])
    expect_text(sqs._receive_messages_for_esm, "return _collect_msgs(q, max_n, vis)")
    stock_concurrency: Callable[..., int] = lambda_svc._sqs_esm_concurrency
    stock_receive = sqs._receive_messages_for_esm

    def concurrency(
        mapping: dict[str, Any],
        function: dict[str, Any],
        config: dict[str, Any],
        queue: dict[str, Any] | None = None,
    ) -> int:
        limit = stock_concurrency(mapping, function, config, None)
        return min(limit, FIFO_GROUPS_AT_ONCE) if (queue or {}).get("is_fifo") else limit

    def receive(queue_url: str, max_number: int) -> list[dict[str, Any]]:
        queue = sqs._queues.get(queue_url)
        if not (queue and queue["is_fifo"]):
            found: list[dict[str, Any]] = stock_receive(queue_url, max_number)
            return found
        with sqs._queues_lock:
            sqs._expire_retained(queue)
            sqs._dlq_sweep(queue)
            timeout_seconds = int(queue["attributes"].get("VisibilityTimeout", "30"))
            for message in queue["messages"]:
                sqs._ensure_msg_fields(message)
            return collect_one_group(
                queue["messages"],
                max_number,
                now=time.time(),
                timeout_seconds=timeout_seconds,
                receipt=responses.new_uuid,
            )

    lambda_svc._sqs_esm_concurrency = concurrency
    sqs._receive_messages_for_esm = receive


def forget_duplicates_now_and_then() -> None:
    """Clear a FIFO queue's memory of messages once a second; stock copies it at every send."""
    stock = sqs._prune_dedup
    expect_parameters(stock, ["q"])
    pruned_at: dict[int, float] = {}

    def prune(q: dict[str, Any]) -> None:
        now = time.monotonic()
        if now - pruned_at.get(id(q), 0.0) >= PRUNE_SECONDS:
            pruned_at[id(q)] = now
            stock(q)

    sqs._prune_dedup = prune


def send_one_message_at_a_time() -> None:
    """Send to queues under their lock: workflows send from threads of their own.

    Stock, two that meet there are given one sequence number, or fail on a changing dictionary.
    """
    stock = sqs._act_send_message
    expect_parameters(stock, ["data", "qurl"])
    expect_text(stepfunctions, "sqs._act_send_message(payload, url)")

    def send(data: dict[str, Any], qurl: str) -> Any:
        with sqs._queues_lock:
            return stock(data, qurl)

    sqs._act_send_message = send
    for action, handler in sqs._HANDLERS.items():
        if handler is stock:
            sqs._HANDLERS[action] = send


def let_threads_take_turns() -> None:
    """Hand over between threads ten times as often as Python does by itself.

    A thread that comes back from a pipe or a socket waits for its turn while others compute, up
    to 5 ms each time; an order goes through dozens of such turns.
    """
    sys.setswitchinterval(SWITCH_SECONDS)


def make_names_without_the_kernel() -> None:
    """Draw the emulator's random identifiers in the process: a system call costs a turn.

    They name requests and executions on a laptop; nothing secret hangs on them.
    """
    draw = random.Random().getrandbits  # noqa: S311 - see above

    def uuid4() -> uuid.UUID:
        return uuid.UUID(int=draw(UUID_BITS), version=4)

    uuid.uuid4 = uuid4


class RememberingParser(Parser):  # type: ignore[misc] # jsonata ships no types
    """A JSONata parser that parses each text once; what it returns is only read afterwards."""

    dbg = False
    """Asked by the evaluator at every step: whether to print it."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._parse = functools.lru_cache(maxsize=EXPRESSIONS_REMEMBERED)(super().parse)

    def parse(self, text: str, *regex_engine: Any) -> Any:
        """Return the syntax tree of an expression."""
        with self._lock:
            return self._parse(text, *regex_engine)


def parse_expressions_once() -> None:
    """Keep the syntax trees of workflow expressions; stock parses them at every state."""
    expect_text(Jsonata.__init__, "self.parser = Jsonata.get_parser()")
    expect_text(Jsonata.__init__, "self.ast = self.parser.parse(expr, regex_engine)")
    parser = RememberingParser()
    Jsonata.get_parser = staticmethod(lambda: parser)


def read_items_as_expressions_say() -> None:
    """Read the items of a distributed map from where JSONata says; stock knows JSONPath alone."""
    stock = stepfunctions._run_distributed_map
    expect_parameters(
        stock, ["state_def", "raw_input", "effective", "iterator", "execution", "ctx"]
    )
    expect_text(stock, '_read_map_items(state_def["ItemReader"], effective, ctx)')

    def run(
        state_def: dict[str, Any],
        raw_input: Any,
        effective: Any,
        iterator: Any,
        execution: Any,
        ctx: Any,
    ) -> Any:
        reader = state_def.get("ItemReader", {})
        if "Arguments" in reader:
            asked = stepfunctions._apply_jsonata_template(reader["Arguments"], raw_input, ctx)
            state_def = {**state_def, "ItemReader": {**reader, "Arguments": asked}}
        return stock(state_def, raw_input, effective, iterator, execution, ctx)

    stepfunctions._run_distributed_map = run


def hide_what_a_function_died_of() -> None:
    """Answer for a function that failed as API Gateway does: a gateway response, no stack trace."""
    stock = apigateway_v1._invoke_lambda_proxy_v1
    expect_text(stock, 'return 502, {"Content-Type": "application/json"}, json.dumps({"message"')

    async def invoke(*arguments: Any, **options: Any) -> Any:
        answer = await stock(*arguments, **options)
        if isinstance(answer, tuple) and answer[0] == HTTPStatus.BAD_GATEWAY:
            return apigateway_v1._gw_error("DEFAULT_5XX", "Internal server error")
        return answer

    apigateway_v1._invoke_lambda_proxy_v1 = invoke


CORRECTIONS = (
    let_threads_take_turns,
    make_names_without_the_kernel,
    start_workflows_at_once,
    keep_38_digits,
    deliver_across_regions,
    wake_queues_at_once,
    run_message_groups_side_by_side,
    forget_duplicates_now_and_then,
    send_one_message_at_a_time,
    parse_expressions_once,
    query_what_is_asked,
    read_expressions_once,
    read_items_as_expressions_say,
    hide_what_a_function_died_of,
)
