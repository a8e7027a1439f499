"""``python -m tests.calls``: record the calls again."""

from tests.calls.recording import FILE, record, to_text

if __name__ == "__main__":
    FILE.write_text(to_text(record()), encoding="utf-8")
