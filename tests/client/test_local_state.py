import json
import stat
from pathlib import Path
from threading import Thread

import pytest

from zerodesk_client.local_state import (
    forget_key,
    read_api_url,
    read_credentials,
    remember_key,
    state_folder,
)


def test_the_state_is_found_from_any_folder_below(tmp_path: Path) -> None:
    folder = tmp_path / ".local"
    folder.mkdir()
    (folder / "endpoint.json").write_text(json.dumps({"api_url": "http://here"}))
    below = tmp_path / "docs" / "deep"
    below.mkdir(parents=True)
    assert state_folder({}, below) == folder
    assert read_api_url(folder) == "http://here"


def test_the_environment_names_the_state_before_all(tmp_path: Path) -> None:
    assert state_folder({"ZERODESK_STATE": str(tmp_path)}, Path("/")) == tmp_path


def test_nowhere_is_no_state(tmp_path: Path) -> None:
    assert state_folder({}, tmp_path) is None
    assert read_api_url(None) is None
    assert read_credentials(None).operator is None


@pytest.mark.parametrize("content", ["", "[]", "{", '{"api_url": ""}'])
def test_a_broken_endpoint_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "endpoint.json").write_text(content)
    assert read_api_url(tmp_path) is None


def test_keys_are_readable_by_their_user_alone(tmp_path: Path) -> None:
    remember_key(tmp_path, "alice", "zdk_a1_secret")
    path = tmp_path / "credentials.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_credentials(tmp_path).accounts == {"alice": "zdk_a1_secret"}


def test_keys_of_many_threads_are_all_kept_beside_the_operators(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text(json.dumps({"operator": "zdk_o_s"}))
    threads = [
        Thread(target=remember_key, args=(tmp_path, f"account-{n}", f"zdk_{n}_s"))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    credentials = read_credentials(tmp_path)
    assert credentials.operator == "zdk_o_s"
    assert len(credentials.accounts) == 20


def test_a_revoked_key_is_forgotten(tmp_path: Path) -> None:
    remember_key(tmp_path, "alice", "zdk_a1_secret")
    remember_key(tmp_path, "bob", "zdk_a12_secret")
    forget_key(tmp_path, "a1")
    assert list(read_credentials(tmp_path).accounts) == ["bob"]
