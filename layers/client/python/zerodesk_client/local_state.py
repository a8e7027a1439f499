"""Where the local cloud's API is and which keys are known: ``endpoint.json``, ``credentials.json``.

Both lie in the state folder: ``ZERODESK_STATE``, or the nearest ``.local`` from here upwards.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

STATE_VARIABLE: Final = "ZERODESK_STATE"
URL_VARIABLE: Final = "ZERODESK_API_URL"
KEY_VARIABLE: Final = "ZERODESK_API_KEY"
STATE_FOLDER: Final = ".local"
ENDPOINT_FILE: Final = "endpoint.json"
CREDENTIALS_FILE: Final = "credentials.json"
PRIVATE: Final = 0o600


@dataclass(frozen=True, slots=True)
class Credentials:
    """The keys at hand: the operator's, and one per account."""

    operator: str | None = None
    accounts: Mapping[str, str] = field(default_factory=dict)


def state_folder(
    environment: Mapping[str, str] = os.environ, here: Path | None = None
) -> Path | None:
    """Return the state folder, or None when there is none from ``here`` upwards."""
    chosen = environment.get(STATE_VARIABLE)
    if chosen:
        return Path(chosen)
    start = (here or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        if (folder / STATE_FOLDER / ENDPOINT_FILE).is_file():
            return folder / STATE_FOLDER
    return None


def read_api_url(folder: Path | None) -> str | None:
    """Return the API's address as the local cloud wrote it, or None."""
    url = None if folder is None else _read(folder / ENDPOINT_FILE).get("api_url")
    return str(url) if url else None


def read_credentials(folder: Path | None) -> Credentials:
    """Return the keys in a state folder; none when it has no such file."""
    found = {} if folder is None else _read(folder / CREDENTIALS_FILE)
    return Credentials(found.get("operator"), dict(found.get("accounts", {})))


def remember_key(folder: Path, account_id: str, api_key: str) -> None:
    """Add or replace an account's key, readable by this user only."""
    with _locked(folder):
        known = _read(folder / CREDENTIALS_FILE)
        known.setdefault("accounts", {})[account_id] = api_key
        _write_private(folder / CREDENTIALS_FILE, known)


def forget_key(folder: Path, key_id: str) -> None:
    """Drop a key that was revoked, wherever it stands."""
    with _locked(folder):
        known = _read(folder / CREDENTIALS_FILE)
        accounts = known.get("accounts", {})
        known["accounts"] = {
            account_id: key
            for account_id, key in accounts.items()
            if not key.startswith(f"zdk_{key_id}_")
        }
        _write_private(folder / CREDENTIALS_FILE, known)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{CREDENTIALS_FILE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_private(path: Path, content: Mapping[str, Any]) -> None:
    """Replace a file as a whole; it is never readable by others, not even for a moment."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    draft.replace(path)
