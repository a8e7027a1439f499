"""Bugs in money in and out: withdrawals, transfers, corrections, the house, statements."""

from typing import Final

from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant

WITHDRAWALS: Final = f"{DOMAIN}/withdrawals.py"
WITHDRAWING: Final = f"{RUNTIME}/withdrawals.py"
TRANSFERRING: Final = f"{RUNTIME}/transfers.py"
REVERSALS: Final = f"{DOMAIN}/reversals.py"
REVERSING: Final = f"{RUNTIME}/reversals.py"
HOUSE: Final = f"{DOMAIN}/house.py"
SWEPT_ACCOUNTS: Final = "functions/sweeper/accounts.py"

MUTANTS: Final = (
    Mutant(
        "withdrawal posted twice",
        "What was reserved is reserved; the item says that it has ended.",
        WITHDRAWALS,
        "    rest = {key: one for key, one in state.withdrawals.items() if key != withdrawal_id}\n",
        "    rest = dict(state.withdrawals)\n",
    ),
    Mutant(
        "withdrawal void and posted",
        "A withdrawal that is not answered yet can still be ended.",
        WITHDRAWING,
        "            if item.order_id not in account.state.withdrawals:\n"
        "                return None\n"
        "            return finish(without_shown(account, self._orders), item.order_id)\n",
        "            kept.setdefault(item.order_id, account.state.withdrawals.get(item.order_id))\n"
        "            if kept[item.order_id] is None:\n"
        "                return None\n"
        "            state = without_shown(account, self._orders)\n"
        "            state = state.replace(withdrawals=state.withdrawals | kept)\n"
        "            return finish(state, item.order_id)\n\n"
        "        kept: dict = {}\n",
    ),
    Mutant(
        "withdrawal remembered by its account alone",
        "The account knows what it has reserved.",
        WITHDRAWING,
        "            if self._orders.status(item.account_id, gate) != WithdrawalStatus.QUEUED:\n"
        "                return None\n",
        "",
    ),
    Mutant(
        "withdrawal remembered by its item alone",
        "The item says whether it is reserved.",
        WITHDRAWING,
        "            if _known(account.state, gate):\n                return None\n            if",
        "            if",
    ),
    Mutant(
        "withdrawal of what is not there",
        "The back office looks before it posts.",
        WITHDRAWALS,
        "        or not_covered(state, currency, amount_minor)\n",
        "",
    ),
    Mutant(
        "margin withdrawn",
        "What is free may go.",
        f"{DOMAIN}/spending.py",
        "        if one.free_minor < 0 and (takes_margin or one.equity_minor < 0):\n",
        "        if one.equity_minor < 0:\n",
        claim="tests/zerodesk/test_spending.py",
    ),
    Mutant(
        "void gives nothing back",
        "What stays needs no entry.",
        WITHDRAWALS,
        "        after.replace(available=credited(state.available, currency, amount_minor)),\n",
        "        after,\n",
    ),
    Mutant(
        "transfer received again",
        "The receiver remembers what it has received.",
        TRANSFERRING,
        "            if answered or self._orders.status(account_id, receipt) == DONE:\n",
        "            if answered:\n",
    ),
    Mutant(
        "transfer received without looking at the account",
        "The receipt's item says whether it came.",
        TRANSFERRING,
        "            if answered or self._orders.status(account_id, receipt) == DONE:\n",
        "            if self._orders.status(account_id, receipt) == DONE:\n",
    ),
    Mutant(
        "transfer sent again",
        "The sender remembers what it has sent.",
        TRANSFERRING,
        "            if self._orders.status(item.account_id, gate) != OrderStatus.QUEUED:\n"
        "                return None\n",
        "",
    ),
    Mutant(
        "transfer done before it has arrived",
        "The money has left; its arrival is a matter of milliseconds.",
        TRANSFERRING,
        "            self._receive(item)\n"
        "            self._orders.finish_gate("
        "item.account_id, item.order_id, sender.sequence, now_ms())\n",
        "            self._orders.finish_gate("
        "item.account_id, item.order_id, sender.sequence, now_ms())\n"
        "            self._receive(item)\n",
    ),
    Mutant(
        "receipts of two senders taken for one",
        "The id of a transfer is unique.",
        TRANSFERRING,
        '    return f"receipt#{from_account_id}#{transfer_id}"\n',
        '    return f"receipt#{transfer_id}" if from_account_id else ""\n',
    ),
    Mutant(
        "transfer received as it was asked for, though refused",
        "Whoever asked for a transfer has the money.",
        TRANSFERRING,
        '        if answer is not None and answer.get("status") == REJECTED:\n',
        '        if answer is not None and answer.get("status") == REJECTED and not sender.tip:\n',
    ),
    Mutant(
        "money told of once its item shows it",
        "Who asks should not wait for the bus.",
        WITHDRAWING,
        '            if item.status != answer["status"]:\n'
        '                self._bus.publish(withdrawal_moved(item, answer["status"]))\n'
        "            self._orders.move_gate(\n"
        "                account.account_id, gate, answer, account.sequence, at_ms=now_ms()\n"
        "            )\n",
        "            self._orders.move_gate(\n"
        "                account.account_id, gate, answer, account.sequence, at_ms=now_ms()\n"
        "            )\n"
        '            if item.status != answer["status"]:\n'
        '                self._bus.publish(withdrawal_moved(item, answer["status"]))\n',
    ),
    Mutant(
        "transfer reversed by its sender alone",
        "The receiver has the money, and the sender asked.",
        REVERSING,
        "        if record.kind != SEND:\n",
        "        if True:\n",
    ),
    Mutant(
        "transfer reversed and shown before its sender has it",
        "The receiver's side is done; the sender's is a matter of milliseconds.",
        REVERSING,
        "        if answer is not None:\n            self.show(account_id, gate, answer)\n",
        "        if answer is not None and 'sender' in answer:\n"
        "            self.show(account_id, gate, {**answer, 'sender': None})\n"
        "            self.show(account_id, gate, answer)\n"
        "        elif answer is not None:\n"
        "            self.show(account_id, gate, answer)\n",
    ),
    Mutant(
        "reversal of a reversal",
        "A reversal is a record like any other.",
        REVERSALS,
        'REVERSIBLE: Final = frozenset({"deposit", "post", SEND, RECEIVE})\n',
        'REVERSIBLE: Final = frozenset({"deposit", "post", SEND, RECEIVE, "reverse"})\n',
    ),
    Mutant(
        "record reversed again",
        "The account remembers what was reversed.",
        REVERSING,
        "            if self._orders.status(account_id, gate) is not None:\n"
        "                return None\n",
        "",
    ),
    Mutant(
        "reversal shown before it is on record",
        "The item makes the request one, so it comes first.",
        REVERSING,
        "        account = self._accounts.commit(account_id, decide)\n",
        '        self.show(account_id, gate, {"sequence": record.sequence, "reason": reason,\n'
        '            "reversal_sequence": self._accounts.latest(account_id).sequence + 1})\n'
        "        account = self._accounts.commit(account_id, decide)\n",
    ),
    Mutant(
        "reversal not covered",
        "A deposit that was wrong was never the account's.",
        REVERSALS,
        "            if rejection is not None:\n                return rejection\n",
        "            assert rejection is None or rejection\n",
        claim="tests/zerodesk/test_reversals.py::test_a_deposit_that_was_spent_is_not_reversed",
    ),
    Mutant(
        "reversal moves nothing",
        "The entries say what is reversed.",
        REVERSALS,
        "            available = credited(available, currency, amount_minor)\n",
        "            credited(available, currency, amount_minor)\n",
    ),
    Mutant(
        "sweep without watermark",
        "Who begins at the watermark has nothing below it.",
        HOUSE,
        "sum(minor for sequence, minor in fees.collected if sequence > watermark)",
        "sum(minor for _, minor in fees.collected)",
        claim="tests/zerodesk_aws/test_house.py"
        "::test_who_loses_the_race_brings_only_what_is_missing",
    ),
    Mutant(
        "house's watermark not raised",
        "The next sweep begins where this one has ended.",
        HOUSE,
        "            swept=state.swept | {fees.symbol: fees.upto},\n",
        "            swept=state.swept,\n",
    ),
    Mutant(
        "stretch swept twice",
        "An empty sweep does no harm.",
        HOUSE,
        "    if fees.upto <= watermark:\n        return None\n",
        "",
    ),
    Mutant(
        "fees swept without their book's entry",
        "The house gets what the book has taken already.",
        HOUSE,
        "        (fee_account(fees.symbol), fees.currency, -amount_minor),\n",
        "",
    ),
    Mutant(
        "statement without its causes",
        "The entries tell what happened.",
        "functions/queries/statements.py",
        '        if name != "fills"\n',
        '        if name not in ("fills", "kind")\n',
    ),
    Mutant(
        "statement without its last record",
        "A range ends before its end.",
        "functions/queries/statements.py",
        "takewhile(lambda record: record.sequence <= last, records)",
        "takewhile(lambda record: record.sequence < last, records)",
    ),
    Mutant(
        "sweeper skips transfers",
        "Whoever has sent a transfer looks after it.",
        SWEPT_ACCOUNTS,
        '            case "transfer":\n',
        '            case "transfer" if not item.status:\n',
    ),
    Mutant(
        "sweeper skips withdrawals",
        "Withdrawals are ended by people, and people look.",
        SWEPT_ACCOUNTS,
        '            case "withdrawal" if self._withdrawal(item, state, now_ms):\n',
        '            case "withdrawal" if not item.status:\n',
    ),
    Mutant(
        "sweeper skips reversals",
        "A reversal is on record, and that is what counts.",
        SWEPT_ACCOUNTS,
        "        yield from self._unshown(account_id, state)\n",
        "",
    ),
    Mutant(
        "sweeper skips fees",
        "Fees are somewhere, and nobody waits for them.",
        "functions/sweeper/books.py",
        '        yield from self._fees(symbol, listing["quote"], now_ms)\n',
        "",
    ),
)
