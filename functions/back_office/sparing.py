"""Sparing: an operator stops the liquidation of an account, or lets the venue go on with it."""

from back_office.accounts import opened
from zerodesk.accounts import Change
from zerodesk.kills import Kill
from zerodesk.liquidating import spare
from zerodesk.times import iso_ms
from zerodesk_aws.accounts import Account, AccountJournal
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts.margin_status import SetLiquidation, Spared
from zerodesk_aws.entry import count, logger


class SparingOffice:
    """Says of accounts whether the venue may liquidate them."""

    def __init__(self, accounts: AccountJournal) -> None:
        self._accounts = accounts

    def set(self, account_id: str, asked: SetLiquidation, author: str) -> Spared:
        """Stop an account's liquidation and spare it from another, or allow it again.

        Nothing is written where it is so already.
        """
        opened(self._accounts, account_id)
        asked_for = Kill(author, asked.reason, now_ms())

        def decide(account: Account) -> Change | None:
            is_spared = account.state.terms.spared is not None
            if is_spared is not asked.is_allowed:
                return None
            by = None if asked.is_allowed else asked_for
            return spare(account.state, by, author=author, reason=asked.reason)

        spared = self._accounts.commit(account_id, decide).state.terms.spared
        count("LiquidationsSpared")
        logger.warning("liquidation set", account_id=account_id, is_allowed=asked.is_allowed)
        return Spared(
            account_id=account_id,
            is_allowed=spared is None,
            author=author if spared is None else spared.author,
            reason=asked.reason if spared is None else spared.reason,
            since=iso_ms(asked_for.at_ms if spared is None else spared.at_ms),
        )
