"""What a kill switch tells a book, and what one of an account cancels."""

from zerodesk.accounts import Change, set_terms
from zerodesk.commands import SetStateCommand
from zerodesk.instruments import TradingState
from zerodesk.kills import Kill
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.mass_cancels import MassCancels
from zerodesk_aws.queue import CommandQueue
from zerodesk_aws.tables.orders import Orders


def clearing_command(symbol: str, kill: Kill, at_ms: int) -> SetStateCommand:
    """Return the command that halts a book and cancels every order in it.

    ``at_ms`` is now: the switch may have been turned on long ago, and a book refuses what is old.
    """
    return SetStateCommand(
        kind="set_state",
        command_id=f"kill-{symbol}-{at_ms}",
        symbol=symbol,
        state=TradingState.HALTED.value,
        reason=kill.state_reason,
        by=kill.author,
        clears=True,
        accepted_at_ms=at_ms,
    )


class AccountKills:
    """Kill switches of accounts: a record of the account's journal, then a cancel of all it holds.

    The record is the fence: a hold of before is named by the cancel, and one of behind it there is
    none, as the risk check puts its holds at the next sequence of the same journal.
    """

    def __init__(self, accounts: AccountJournal, orders: Orders, queue: CommandQueue) -> None:
        self._accounts = accounts
        self._mass_cancels = MassCancels(accounts, orders, queue)

    def switch(self, account_id: str, asked: Kill, *, is_on: bool) -> Kill | None:
        """Turn a switch on or off; return the one that is on by then, whoever turned it on."""

        def decide(account: Account) -> Change | None:
            terms = account.state.terms
            if (terms.kill is not None) is is_on:
                return None
            changed = terms._replace(kill=asked if is_on else None)
            return set_terms(account.state, changed, author=asked.author, reason=asked.reason)

        return self._accounts.commit(account_id, decide).state.terms.kill

    def cancel(self, account_id: str, kill: Kill, at_ms: int) -> None:
        """Have all cancelled that the account held by its switch; a repeat drives that on."""
        self._mass_cancels.cancel_held(account_id, _cancel_id(kill), at_ms)

    def has_cancelled(self, account_id: str, kill: Kill) -> bool:
        """Whether the cancel of a switch was opened, so that it is driven on by itself."""
        return self._mass_cancels.was_opened(account_id, _cancel_id(kill))


def _cancel_id(kill: Kill) -> str:
    """Return an id that no client can have given a cancel of its own."""
    return f"kill#{kill.at_ms}"
