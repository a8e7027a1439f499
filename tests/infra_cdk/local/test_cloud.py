"""Finding, refusing and describing local clouds, without starting one."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra_cdk.local import cloud
from infra_cdk.local.paths import PORT_VARIABLE, STATE_VARIABLE
from infra_cdk.local.process import LocalCloudError
from infra_cdk.local.snapshot_file import CURRENT, METADATA, Snapshot, read_current


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(STATE_VARIABLE, str(tmp_path))
    return tmp_path


def a_snapshot(*, is_last: bool, age_seconds: float = 12.0) -> Snapshot:
    taken_at_ms = int((time.time() - age_seconds) * 1000)
    return Snapshot(generation=3, taken_at_ms=taken_at_ms, is_last=is_last)


def recorded(state: Path, *, pid: int, identity: str) -> None:
    record = {"pid": pid, "port": 1, "started_at": 0.0, "identity": identity}
    (state / "cloud.json").write_text(json.dumps(record))


def test_no_record_means_that_nothing_runs() -> None:
    assert cloud.running() is None


def test_recorded_process_is_found(state: Path) -> None:
    recorded(state, pid=os.getpid(), identity=str(cloud.identity_of(os.getpid())))
    process = cloud.running()
    assert process is not None
    assert process.pid == os.getpid()


def test_another_process_with_the_same_pid_is_not_taken_for_the_cloud(state: Path) -> None:
    recorded(state, pid=os.getpid(), identity="the one before")
    assert cloud.running() is None


def test_process_that_ended_has_no_identity() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        deadline = time.monotonic() + 5
        while cloud.identity_of(ended.pid) is not None:
            assert time.monotonic() < deadline, "though nobody collected it yet"
            time.sleep(0.01)
    assert cloud.identity_of(ended.pid) is None


def test_a_cloud_that_is_just_dying_is_not_taken_for_one_that_runs(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, it is there for as long as the kernel takes; another one is started after it."""
    dying = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"])
    recorded(state, pid=dying.pid, identity=str(cloud.identity_of(dying.pid)))
    launched: list[int] = []

    def launch(port: int) -> cloud.Process:
        launched.append(port)
        raise LocalCloudError("enough")

    monkeypatch.setattr(cloud, "_launch", launch)
    monkeypatch.setenv(PORT_VARIABLE, "1")
    with pytest.raises(LocalCloudError, match="enough"):
        cloud.start(lambda _: None)
    assert launched == [1]
    dying.wait()


def test_stop_of_nothing_says_so() -> None:
    assert cloud.stop(lambda _: None) is False


def test_port_of_another_program_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv(PORT_VARIABLE, str(port))
        monkeypatch.setattr(cloud, "HEALTH_TIMEOUT_SECONDS", 0.1)
        with pytest.raises(LocalCloudError, match=f"port {port} is taken by another program"):
            cloud.start(lambda _: None)


def test_start_after_a_kill_says_how_old_the_state_is() -> None:
    told = cloud.account_of(a_snapshot(is_last=False, age_seconds=12.0))
    assert "not stopped cleanly" in told
    assert "12." in told


def test_start_after_a_stop_claims_no_loss() -> None:
    assert "lost" not in cloud.account_of(a_snapshot(is_last=True))


def test_snapshot_reads_back_as_written(tmp_path: Path) -> None:
    snapshot = a_snapshot(is_last=True)
    (tmp_path / "snapshot-00000003").mkdir()
    (tmp_path / "snapshot-00000003" / METADATA).write_text(snapshot.to_json())
    (tmp_path / CURRENT).write_text("snapshot-00000003")
    assert read_current(tmp_path) == snapshot


def test_folder_without_a_pointer_has_no_snapshot(tmp_path: Path) -> None:
    (tmp_path / "snapshot-00000003").mkdir()
    assert read_current(tmp_path) is None


def test_users_own_aws_settings_do_not_reach_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_CA_BUNDLE", "/etc/some.pem")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "real")
    environment = cloud.aws_environment("http://127.0.0.1:1")
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert not {"AWS_PROFILE", "AWS_CA_BUNDLE", "AWS_SESSION_TOKEN"} & environment.keys()
