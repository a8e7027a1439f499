"""Whatever is done with money in whatever order, every record balances and all of it adds up.

A state machine, so that a sequence that breaks a rule is shrunk to its shortest form. Each change
is audited as reconciliation audits the journal, by means that the changes do not use.
"""

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from zerodesk.accounts import AccountState, Change, deposit, open_account
from zerodesk.reconciliation import AccountAudit, Comparison, Readings
from zerodesk.rejections import Rejection
from zerodesk.reversals import NamedRecord, reverse
from zerodesk.transfers import receive, send
from zerodesk.withdrawals import post, void, withdraw

ACCOUNTS = ("alice", "bob")
amounts = st.integers(min_value=1, max_value=100)
accounts = st.sampled_from(ACCOUNTS)
NOBODY: frozenset[str] = frozenset()


class Money(RuleBasedStateMachine):
    """Two accounts, their journals, and what the outside gave and took."""

    deposited = Bundle("deposited")
    reserved = Bundle("reserved")
    on_its_way = Bundle("on_its_way")

    def __init__(self) -> None:
        super().__init__()
        self.states = dict.fromkeys(ACCOUNTS, AccountState())
        self.audits = {account_id: AccountAudit(account_id) for account_id in ACCOUNTS}
        self.outside = 0
        self.in_transit = 0
        self.names = 0
        for account_id in ACCOUNTS:
            self.append(account_id, open_account(AccountState(), account_id))

    def append(self, account_id: str, change: Change) -> int:
        """Keep a change as the journal would; return its sequence."""
        body = change.to_body()
        assert AccountState.from_dict(body["state"]) == change.state
        audit = self.audits[account_id]
        audit.apply(audit.sequence + 1, body)
        self.states[account_id] = change.state
        return audit.sequence

    def name(self) -> str:
        self.names += 1
        return f"n{self.names}"

    @rule(target=deposited, account_id=accounts, amount=amounts)
    def deposits(self, account_id: str, amount: int) -> tuple[str, NamedRecord]:
        change = deposit(self.states[account_id], self.name(), "USD", amount)
        sequence = self.append(account_id, change)
        self.outside -= amount
        return account_id, NamedRecord(sequence, "hash", {"kind": "deposit"}, change.entries)

    @rule(target=reserved, account_id=accounts, amount=amounts)
    def withdraws(self, account_id: str, amount: int) -> tuple[str, str, int]:
        name, state = self.name(), self.states[account_id]
        self.append(account_id, withdraw(state, name, "USD", amount, at_ms=0))
        is_reserved = name in self.states[account_id].withdrawals
        assert is_reserved == (amount <= state.available_minor("USD"))
        return account_id, name, amount

    @rule(withdrawal=consumes(reserved), leaves=st.booleans())
    def ends(self, withdrawal: tuple[str, str, int], *, leaves: bool) -> None:
        account_id, name, amount = withdrawal
        state = self.states[account_id]
        if name not in state.withdrawals:
            return
        self.append(account_id, post(state, name) if leaves else void(state, name, "a test"))
        self.outside += amount if leaves else 0

    @rule(target=on_its_way, sender=accounts, amount=amounts)
    def sends(self, sender: str, amount: int) -> tuple[str, str, int]:
        name, state = self.name(), self.states[sender]
        (receiver,) = set(ACCOUNTS) - {sender}
        change = send(state, name, receiver, "USD", amount)
        self.append(sender, change)
        is_sent = change.cause["kind"] == "send"
        assert is_sent == (amount <= state.available_minor("USD"))
        self.in_transit += amount if is_sent else 0
        return sender, name, amount if is_sent else 0

    @rule(transfer=consumes(on_its_way))
    def receives(self, transfer: tuple[str, str, int]) -> None:
        sender, name, amount = transfer
        (receiver,) = set(ACCOUNTS) - {sender}
        if not amount:
            return
        change = receive(
            self.states[receiver],
            f"{sender}#{name}",
            transfer_id=name,
            from_account_id=sender,
            currency="USD",
            amount_minor=amount,
        )
        self.append(receiver, change)
        self.in_transit -= amount

    @rule(wrong=consumes(deposited))
    def reverses(self, wrong: tuple[str, NamedRecord]) -> None:
        account_id, record = wrong
        amount = record.entries[0][2]
        change = reverse(
            self.states[account_id], f"r{record.sequence}", record, {"reason": "a test"}
        )
        covered = amount <= self.states[account_id].available_minor("USD")
        assert isinstance(change, Rejection) != covered
        if isinstance(change, Change):
            self.append(account_id, change)
            self.outside += amount

    @invariant()
    def adds_up(self) -> None:
        has = sum(s.available_minor("USD") + s.held_minor("USD") for s in self.states.values())
        assert has + self.in_transit + self.outside == 0

    @invariant()
    def is_found_sound(self) -> None:
        for account_id, audit in self.audits.items():
            assert audit.found().clean, audit.findings.breaches
            state = self.states[account_id]
            assert audit.held.get("USD", 0) == sum(
                one.held_minor for one in state.withdrawals.values()
            )

    def teardown(self) -> None:
        """In the end, what has one side only is what is on its way."""
        readings = Readings({}, {}, self.audits, {}, {}, NOBODY, NOBODY)
        comparison = Comparison(readings).run()
        assert comparison.findings.clean
        unmatched: dict[str, int] = defaultdict(int)
        for audit in self.audits.values():
            for side in audit.transit.sent.values():
                unmatched[side.to_account_id] += sum(minor for _, minor in side.legs)
        assert sum(unmatched.values()) == self.in_transit
        assert len(comparison.standings) == sum(len(a.transit.sent) for a in self.audits.values())


Money.TestCase.settings = settings(max_examples=60, stateful_step_count=40)
TestMoney = Money.TestCase
