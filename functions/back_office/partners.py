"""Partners: which source of events speaks for which account."""

from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.api.problems import ProblemCode, refused
from zerodesk_aws.contracts.accounts import PartnerBinding
from zerodesk_aws.entry import logger
from zerodesk_aws.registers import Register


class Partners:
    """Binds partners to accounts."""

    def __init__(self, register: Register, accounts: AccountJournal) -> None:
        self._register, self._accounts = register, accounts

    def bind(self, source: str, account_id: str) -> PartnerBinding:
        """Bind a partner to an account that is open."""
        if not self._accounts.latest(account_id).state.opened:
            raise refused(ProblemCode.INTAKE_BAD_VALUE, "account_id", account_id, "an open account")
        self._register.put(source, {"account_id": account_id})
        logger.info("partner bound", source=source, account_id=account_id)
        return PartnerBinding(source=source, account_id=account_id)
