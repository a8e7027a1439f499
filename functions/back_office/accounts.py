"""Accounts and their keys."""

from zerodesk.accounts import Change, open_account
from zerodesk.insurance import FUND
from zerodesk.times import iso_ms
from zerodesk_aws import accounts as journals
from zerodesk_aws.api.problems import ProblemCode, ended, refused
from zerodesk_aws.clock import now_ms
from zerodesk_aws.contracts import accounts as contracts
from zerodesk_aws.contracts.accounts import Key, OpenAccount, RevokedKey
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.roles import Role
from zerodesk_aws.entry import count, logger
from zerodesk_aws.registers import Register
from zerodesk_aws.tables.api_keys import ApiKeys
from zerodesk_aws.views.balances import balances_view


class Accounts:
    """Opens accounts and gives out their keys."""

    def __init__(self, register: Register, journal: journals.AccountJournal, keys: ApiKeys) -> None:
        self._register, self._journal, self._keys = register, journal, keys

    def open(self, asked: OpenAccount) -> tuple[contracts.Account, bool]:
        """Open an account for somebody; return it and whether it is new."""
        refuse_fund(asked.account_id)
        return self.open_own(asked)

    def open_own(self, asked: OpenAccount) -> tuple[contracts.Account, bool]:
        """Open an account, be it one of the house; return it and whether it is new.

        It is registered before its journal begins: whoever walks the register meets every account
        that has a journal. A repeat finishes what a dead process left half done.
        """
        entry = {"name": asked.name}
        standing, is_new = self._register.add(asked.account_id, entry)
        if standing != entry:
            raise refused(
                ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT,
                "account_id",
                asked.account_id,
                "new, or with the same name as before",
            )
        self._journal.commit(asked.account_id, _opening)
        if is_new:
            count("AccountsOpened")
            logger.info("account opened", account_id=asked.account_id)
        return contracts.Account(account_id=asked.account_id, name=asked.name), is_new

    def all(self) -> contracts.Accounts:
        """Return every account, by id."""
        entries = self._register.entries()
        return contracts.Accounts(
            accounts=[
                contracts.Account(account_id=account_id, name=entries[account_id]["name"])
                for account_id in sorted(entries)
            ]
        )

    def balances(self, account_id: str) -> Balances:
        """Return an account's balances, or refuse with NOT_FOUND."""
        return balances_view(opened(self._journal, account_id))

    def issue_key(self, account_id: str, role: Role) -> Key:
        """Make a key for an account, or refuse with NOT_FOUND. The insurance fund has none."""
        refuse_fund(account_id)
        opened(self._journal, account_id)
        issued = self._keys.issue(account_id, role, at_ms=now_ms())
        count("KeysIssued")
        logger.info("key issued", account_id=account_id, key_id=issued.key_id, role=role)
        return Key(key_id=issued.key_id, api_key=issued.api_key, account_id=account_id, role=role)

    def revoke_key(self, account_id: str, key_id: str) -> RevokedKey:
        """End a key of an account, or refuse with NOT_FOUND."""
        revoked_at_ms = self._keys.revoke(account_id, key_id, at_ms=now_ms())
        if revoked_at_ms is None:
            raise ended(ProblemCode.NOT_FOUND, "The account has no key of this id.")
        count("KeysRevoked")
        logger.info("key revoked", account_id=account_id, key_id=key_id)
        return RevokedKey(key_id=key_id, revoked_at=iso_ms(revoked_at_ms))


def refuse_fund(account_id: str) -> None:
    """Refuse what is asked of the insurance fund as if it were anybody's account."""
    if account_id == FUND:
        rule = "an account of somebody; the insurance fund is reached by /v1/insurance"
        raise refused(ProblemCode.INTAKE_BAD_VALUE, "account_id", account_id, rule)


def opened(journal: journals.AccountJournal, account_id: str) -> journals.Account:
    """Return an account that is open, or refuse with NOT_FOUND."""
    account = journal.latest(account_id)
    if not account.state.opened:
        raise ended(ProblemCode.NOT_FOUND, "No account has this id.")
    return account


def _opening(account: journals.Account) -> Change | None:
    return None if account.state.opened else open_account(account.state, account.account_id)
