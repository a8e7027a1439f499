"""Bugs in writing the journal: the put, its doubts, its races, its chain."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

JOURNAL: Final = f"{RUNTIME}/journal.py"
ITEMS: Final = f"{RUNTIME}/tables/items.py"
BOOKS: Final = f"{RUNTIME}/books.py"
ACCOUNTS: Final = f"{RUNTIME}/accounts.py"

MUTANTS: Final = (
    Mutant(
        "put without condition",
        "The key is unique, so the condition on the put says nothing.",
        ITEMS,
        '        ConditionExpression="attribute_not_exists (#0)",\n'
        '        ExpressionAttributeNames={"#0": absent},\n',
        "",
    ),
    Mutant(
        "put over what stands",
        "Whoever builds on the same record may put: the chain stays whole.",
        ITEMS,
        '        ConditionExpression="attribute_not_exists (#0)",\n'
        '        ExpressionAttributeNames={"#0": absent},\n',
        '        ConditionExpression="(attribute_not_exists (#0) OR #1 = :0)",\n'
        '        ExpressionAttributeNames={"#0": absent, "#1": "previous_hash"},\n'
        '        ExpressionAttributeValues={":0": item["previous_hash"]},\n',
    ),
    Mutant(
        "time-out taken for success",
        "A put that was not answered has arrived, as a rule.",
        JOURNAL,
        "                doubt = fault\n            else:\n                return",
        "                return\n            else:\n                return",
    ),
    Mutant(
        "lost race put again at the next sequence",
        "The sequence is taken, so the record goes behind it.",
        BOOKS,
        "        except SequenceTakenError:\n            return False\n        return True",
        "        except SequenceTakenError:\n"
        "            behind = live.tip._replace(sequence=live.tip.sequence + 1)\n"
        '            live.tip = self.journal.append(stream, behind, body, at_ms=body["time_ms"])\n'
        "        return True",
    ),
    Mutant(
        "time-out taken for failure",
        "A put that failed is put again behind whatever stands, as its own record or not.",
        JOURNAL,
        "                if standing == tip.hash:\n                    return\n"
        "                if standing is not None:\n",
        "                if standing is not None:\n"
        '                    item["sequence"] = {"N": str(int(item["sequence"]["N"]) + 1)}\n'
        "                    continue\n"
        "                if standing is not None:\n",
    ),
    Mutant(
        "doubt kept in memory",
        "A book that is warm stays warm, whatever the put came to.",
        BOOKS,
        "            # Whether the last record stands is unknown: the next batch folds the book anew.\n"
        "            self._live.pop(symbol, None)\n            raise",
        "            raise",
    ),
    Mutant(
        "lost race not undone",
        "The tail is read anyway, so what was decided need not be taken back.",
        BOOKS,
        "                    live.book.undo(decision)\n",
        "",
    ),
    Mutant(
        "check-then-act",
        "What was decided once need not be decided again, only put behind the new tail.",
        ACCOUNTS,
        "            change = decide(account)\n",
        "            change = decide(account) if attempt == 0 else change\n",
    ),
    Mutant(
        "decided again on what lost",
        "Who lost the race knows the account; only its tip has moved.",
        ACCOUNTS,
        "            return self._remembered(self._account(account.account_id, winner, account))\n",
        "            return account._replace(tip=winner.tip)\n",
    ),
    Mutant(
        "chain not checked",
        "Each record hashes to what it says, so the order they come in is right.",
        JOURNAL,
        "if record.sequence != expected or (before and not _follows(record, before)):",
        "if record.sequence < expected:",
        claim="tests/zerodesk_aws/test_journal.py",
    ),
    Mutant(
        "hash not checked",
        "DynamoDB does not change what it keeps.",
        JOURNAL,
        "    if digest != record.hash:\n",
        "    if not digest:\n",
        claim="tests/zerodesk_aws/test_journal.py",
    ),
    Mutant(
        "hash of the payload alone",
        "The chain is over what the records say; who wrote them when is meta data.",
        f"{DOMAIN}/codec.py",
        "    head = (place + writer).encode()\n",
        '    head = place.encode() if writer else b""\n',
        claim="tests/zerodesk/test_codec.py",
    ),
    Mutant(
        "undo forgets the commands",
        "An id that was seen was seen, whether its record stands or not.",
        f"{DOMAIN}/matching/draft.py",
        "    _forget(state.memory, draft)\n",
        "",
    ),
    Mutant(
        "undo keeps the fees",
        "Orders, levels and ids are back, and that is the book.",
        f"{DOMAIN}/matching/draft.py",
        "        state.fees_minor,\n    ) = draft.scalars\n",
        "        _,\n    ) = draft.scalars\n",
    ),
    Mutant(
        "undo keeps the trade counter",
        "Numbers of trades need not be dense.",
        f"{DOMAIN}/matching/draft.py",
        "        state.last,\n        state.trades,\n        state.continuing,\n",
        "        state.last,\n        _,\n        state.continuing,\n",
    ),
    Mutant(
        "undo leaves the level's total",
        "The orders are as before, so their level is.",
        f"{DOMAIN}/matching/draft.py",
        "            level.change(remaining_lots - order.remaining_lots)\n",
        "            level.change(0)\n",
        claim="tests/zerodesk/matching/test_against_naive.py"
        "::test_deciding_and_undoing_is_as_if_nothing_happened",
    ),
)
