"""What the house has: swept fees, and the insurance fund with the deposits to it."""

from typing import Final

from back_office.accounts import Accounts
from back_office.deposits import DepositOffice
from zerodesk.insurance import FUND
from zerodesk.money import format_minor
from zerodesk_aws.accounts import AccountJournal
from zerodesk_aws.contracts import house as contracts
from zerodesk_aws.contracts.accounts import Deposit, FundInsurance, MakeDeposit, OpenAccount
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.filters import amount_minor_of
from zerodesk_aws.house import House
from zerodesk_aws.registers import Register
from zerodesk_aws.views.balances import balances_view

NAME_OF_FUND: Final = "Insurance fund"


class HouseAccounts:
    """Answers for the house."""

    def __init__(self, markets: Register, house: House) -> None:
        self._markets, self._house = markets, house

    def balances(self) -> contracts.House:
        """Return what the house has of each currency that markets are quoted in."""
        quotes = sorted({listing["quote"] for listing in self._markets.entries().values()})
        return contracts.House(balances=[self._balance(currency) for currency in quotes])

    def _balance(self, currency: str) -> contracts.HouseBalance:
        house = self._house.latest(currency)
        return contracts.HouseBalance(
            currency=currency,
            balance=format_minor(house.state.balance_minor, currency),
            house_sequence=house.sequence,
            swept=[
                contracts.SweptBook(symbol=symbol, book_sequence=sequence)
                for symbol, sequence in sorted(house.state.swept.items())
            ],
        )


class InsuranceOffice:
    """Keeps the fund, which is opened by its first deposit."""

    def __init__(
        self, accounts: Accounts, deposits: DepositOffice, journal: AccountJournal
    ) -> None:
        self._accounts, self._deposits, self._journal = accounts, deposits, journal

    def balances(self) -> Balances:
        """Return what the fund has; nothing before its first deposit."""
        return balances_view(self._journal.latest(FUND))

    def deposit(self, asked: FundInsurance, author: str) -> tuple[Deposit, bool]:
        """Credit the fund, once; return the deposit with the fund, and whether it is new.

        Another operator's deposit of the same id is another one, and refused.
        """
        # Before the fund is opened: what is refused changes nothing.
        amount_minor_of(asked.amount, asked.currency)
        self._accounts.open_own(OpenAccount(account_id=FUND, name=NAME_OF_FUND))
        made = MakeDeposit(
            deposit_id=asked.deposit_id, currency=asked.currency, amount=asked.amount
        )
        return self._deposits.credit(FUND, made, {"author": author, "reason": asked.reason})
