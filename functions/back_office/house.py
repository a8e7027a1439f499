"""What the house has."""

from zerodesk.money import format_minor
from zerodesk_aws.contracts import house as contracts
from zerodesk_aws.house import House
from zerodesk_aws.registers import Register


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
