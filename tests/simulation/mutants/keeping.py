"""Bugs in what is kept beside the journal: snapshots, anchors, archives, looks into the past."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

SNAPSHOTS: Final = f"{DOMAIN}/snapshots.py"
STATE: Final = f"{DOMAIN}/matching/state.py"
LAYOUT: Final = f"{DOMAIN}/matching/layout.py"
HISTORY: Final = "functions/archivist/history.py"
EXPORTS: Final = "functions/archivist/exports.py"

MUTANTS: Final = (
    Mutant(
        "snapshot believed without its hash",
        "S3 keeps what it was given.",
        SNAPSHOTS,
        "    if hashlib.sha256(text).hexdigest() != snapshot.state_hash:\n"
        '        raise SnapshotRefusedError("its bytes do not hash to what it says")\n',
        "",
        claim="tests/zerodesk/test_snapshots.py::test_a_snapshot_that_was_altered_is_refused",
    ),
    Mutant(
        "anchor not checked",
        "A snapshot that hashes to what it says is true.",
        SNAPSHOTS,
        "    if not _vouches(anchor, snapshot, book):\n",
        "    if not anchor:\n",
    ),
    Mutant(
        "torn snapshot not expected",
        "What is there, is there whole.",
        f"{RUNTIME}/recovery.py",
        "            except SnapshotRefusedError as refused:\n",
        "            except LookupError as refused:\n",
    ),
    Mutant(
        "snapshot taken behind its anchor",
        "Whether a state is kept before or after its anchor is the same.",
        "functions/archivist/run.py",
        "            snapshot = take(live.book, live.tip.hash) if is_due else None\n"
        "            live.book.apply(record.body)\n"
        "            live.tip = record.tip\n",
        "            live.book.apply(record.body)\n"
        "            live.tip = record.tip\n"
        "            snapshot = take(live.book, live.tip.hash) if is_due else None\n",
    ),
    Mutant(
        "snapshot forgets the taker in progress",
        "A taker is over before anybody takes a snapshot.",
        STATE,
        '        if values["continuing"] is not None:\n',
        '        if values["continuing"] is not None and not state.symbol:\n',
    ),
    Mutant(
        "snapshot forgets the home",
        "Where a book is at home, the settings say.",
        STATE,
        '        state.home = values.get("home", "")\n',
        "",
    ),
    Mutant(
        "snapshot forgets the ids",
        "What was done before the snapshot does not come again.",
        LAYOUT,
        "        state.memory.lay(span, dict(zip(ids, since_ms, strict=True)), _hash(line))\n",
        "        state.memory.lay(span, {}, _hash(line))\n",
    ),
    Mutant(
        "a snapshot's order rests twice",
        "The digest has every order.",
        LAYOUT,
        "    if len(state.orders) != rested + len(orders):\n",
        "    if len(state.orders) > rested + len(orders):\n",
        claim="tests/zerodesk/test_snapshots.py"
        "::test_a_state_that_says_something_twice_or_more_than_it_may_is_refused",
    ),
    Mutant(
        "time travel beyond its point",
        "What is read is folded.",
        HISTORY,
        "self._journal.read(record.stream, after, limit=missing)",
        "self._journal.read(record.stream, after, limit=missing + 1)",
    ),
    Mutant(
        "archive with a gap",
        "The last record may be written again; it comes with the next export.",
        EXPORTS,
        "        part, data = part_of([as_read(record) for record in records])\n",
        "        part, data = part_of([as_read(record) for record in records[:-1] or records])\n",
    ),
    Mutant(
        "archive written over",
        "Whoever exports at the same time, exports the same.",
        EXPORTS,
        "            files.put_new(name, text)\n",
        "            files.put(name, text)\n",
        claim="tests/functions/archivist/test_exports.py::test_of_two_exports_at_once_one_has_to_come_again",
    ),
    Mutant(
        "archive begun again at its hint",
        "The hint says where the archive ends.",
        EXPORTS,
        "    while (found := files.load(manifest_name(number))) is not None:\n"
        "        newest, number = found, number + 1\n",
        "    newest = files.load(manifest_name(number))\n",
        claim="tests/functions/archivist/test_exports.py"
        "::test_a_hint_that_is_old_or_spoilt_only_takes_longer",
    ),
    Mutant(
        "archive believed without its chain",
        "The journal goes on where the archive ends.",
        EXPORTS,
        "        if records[0].previous_hash != head.record_hash:\n",
        "        if not records[0].previous_hash:\n",
        claim="tests/functions/archivist/test_exports.py"
        "::test_an_archive_that_the_journal_does_not_go_on_from_is_not_added_to",
    ),
)
