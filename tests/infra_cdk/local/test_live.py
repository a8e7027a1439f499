"""A developer's changes run at the next invocation, and a function stops where it is told to."""

import json
import socket
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra_cdk.local import cloud
from infra_cdk.local.aws import LocalSession
from infra_cdk.local.live import debugging, debugging_in_editor, place_of, run_from_checkout
from infra_cdk.local.paths import PORT_VARIABLE, SOURCES_VARIABLE, STATE_VARIABLE
from infra_cdk.local.process import UsageError
from tests.infra_cdk.local.test_local_cloud import zipped

pytestmark = [
    pytest.mark.local_cloud,
    pytest.mark.filterwarnings("ignore:subprocess:ResourceWarning"),
]

HANDLER = """
import helper

def handler(event, context):
    answer = {"says": helper.WORD, "event": event}
    return answer
"""
STOPS_AT = 6
FUNCTION = "zerodesk-local-probe"
PROMPT = "(debug) "
PATIENCE_SECONDS = 60


@dataclass
class Checkout:
    """A checkout with one function and one layer, and the cloud that has an older copy of them."""

    handler: Path
    helper: Path
    client: Any

    def asked(self, event: Any = None) -> Any:
        answer = self.client.invoke(FunctionName=FUNCTION, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    root = tmp_path_factory.mktemp("checkout")
    handler = root / "functions" / "probe" / "handler.py"
    helper = root / "layers" / "runtime" / "python" / "helper.py"
    for path in (handler, helper):
        path.parent.mkdir(parents=True)
    (root / "layers" / "domain" / "python").mkdir(parents=True)
    handler.write_text(HANDLER)
    helper.write_text('WORD = "first"\n')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        patch.setenv(PORT_VARIABLE, str(port))
        patch.setenv(STATE_VARIABLE, str(tmp_path_factory.mktemp("live")))
        patch.setenv(SOURCES_VARIABLE, str(root))
        process = cloud.start(lambda _: None)
        try:
            session = LocalSession(process.endpoint)
            client = session.client("lambda", read_timeout=PATIENCE_SECONDS)
            yield Checkout(handler, helper, deployed(client))
        finally:
            cloud.stop(lambda _: None)


def deployed(client: Any) -> Any:
    layer = client.publish_layer_version(
        LayerName="zerodesk-local-runtime",
        Content={"ZipFile": zipped(**{"python/helper": 'WORD = "deployed"'})},
    )
    client.create_function(
        FunctionName=FUNCTION,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="probe.handler.handler",
        Code={"ZipFile": zipped(**{"probe/handler": HANDLER})},
        Layers=[layer["LayerVersionArn"]],
        Timeout=3,
    )
    return client


@pytest.fixture
def live(checkout: Checkout) -> Iterator[Checkout]:
    run_from_checkout(live=True)
    yield checkout
    run_from_checkout(live=False)


def test_without_asking_a_function_runs_as_deployed(checkout: Checkout) -> None:
    assert checkout.asked()["says"] == "deployed"


def test_a_change_of_a_function_or_a_layer_is_what_runs_next(live: Checkout) -> None:
    assert live.asked()["says"] == "first"
    live.helper.write_text('WORD = "second one"\n')
    assert live.asked()["says"] == "second one"
    live.handler.write_text(HANDLER.replace('"event": event', '"event": "changed"'))
    assert live.asked()["event"] == "changed"
    live.handler.write_text(HANDLER)
    run_from_checkout(live=False)
    assert live.asked()["says"] == "deployed"


def test_a_function_stops_at_a_line_and_goes_on(checkout: Checkout) -> None:
    place = place_of(f"functions/probe/handler.py:{STOPS_AT}")
    with debugging("probe", [place]) as listener, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(checkout.asked, {"quantity": 7})
        with Prompt(listener) as prompt:
            assert "return answer" in prompt.said
            assert prompt.told("p event['quantity']").startswith("7")
            prompt.told("!answer['says'] = 'changed by hand'", waits=True)
            prompt.told("c", waits=False)
            assert asked.result(PATIENCE_SECONDS)["says"] == "changed by hand"
    assert checkout.asked({})["says"] == "deployed"


def test_breakpoint_in_the_source_stops_and_leaving_it_fails_nothing(checkout: Checkout) -> None:
    checkout.handler.write_text(HANDLER.replace("    return", "    breakpoint()\n    return"))
    with debugging("probe", []) as listener, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(checkout.asked, "x")
        with Prompt(listener) as prompt:
            assert "return answer" in prompt.said or "breakpoint()" in prompt.said
        assert asked.result(PATIENCE_SECONDS)["event"] == "x"
    checkout.handler.write_text(HANDLER)


DEBUGPY = """
from pathlib import Path

heard = Path(__file__).with_suffix(".heard")

def listen(address):
    heard.write_text(f"{address[0]}:{address[1]}")

def wait_for_client():
    heard.write_text(f"{heard.read_text()}, waited")
"""


def test_a_function_waits_for_an_editor_before_it_answers(
    checkout: Checkout, tmp_path: Path
) -> None:
    (tmp_path / "debugpy.py").write_text(DEBUGPY)
    checkout.helper.write_text('WORD = "edited"\n')
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
        with (
            pytest.raises(UsageError, match=f"port {port} cannot be listened on"),
            debugging_in_editor("probe", port, tmp_path),
        ):
            pass
    with debugging_in_editor("probe", port, tmp_path):
        assert checkout.asked({})["says"] == "edited"
    assert (tmp_path / "debugpy.heard").read_text() == f"127.0.0.1:{port}, waited"
    assert checkout.asked({})["says"] == "deployed"


@pytest.mark.parametrize("text", ["functions/probe/none.py:1", "functions/probe/handler.py", ":3"])
def test_a_place_that_is_none_is_refused(checkout: Checkout, text: str) -> None:
    with pytest.raises(UsageError, match="is no place"):
        place_of(text)


def test_a_function_that_is_none_is_not_debugged(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="no function"), debugging("nobody", []):
        pass


class Prompt:
    """The debugger's end of the line."""

    def __init__(self, listener: socket.socket) -> None:
        listener.settimeout(PATIENCE_SECONDS)
        self._process = listener.accept()[0]
        self._process.settimeout(PATIENCE_SECONDS)
        self.said = self._heard()

    def __enter__(self) -> "Prompt":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.close()

    def told(self, line: str, *, waits: bool = True) -> str:
        self._process.sendall(f"{line}\n".encode())
        return self._heard() if waits else ""

    def _heard(self) -> str:
        said = ""
        while not said.endswith(PROMPT):
            chunk = self._process.recv(4_096).decode()
            assert chunk, said
            said += chunk
        return said
