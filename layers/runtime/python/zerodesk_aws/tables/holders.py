"""Who holds a position in a derivative: an index by market, to be asked and not scanned for.

An item follows from its account's journal and proves nothing by itself: who goes by it reads the
account. Settlement writes it behind the account's record and before its cursor moves, so who dies
in between does it again. It is only ever moved forward, by the account's sequence; who is flat
keeps an item of no lots, for without one an item of before could come back.

Beside the markets it has one more list: the accounts that are liquidated, who may hold nothing any
more. It is written ahead of the record that stops the account, so that none is missing.
"""

from collections.abc import Iterator
from typing import Final

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from zerodesk_aws.tables.bind import bound
from zerodesk_aws.tables.items import move_forward

LIQUIDATED: Final = "liquidated"
"""The list of accounts that are liquidated, named as no market can be; one lot for each."""


class HolderItem(Model):
    """What an account has open in a market as of a record of the account. Short is negative."""

    class Meta:
        """The table's name is bound where a function starts."""

        table_name = "holders"

    symbol = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)
    account_sequence = NumberAttribute()
    quantity_lots = NumberAttribute()


class Holders:
    """The index of one table."""

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._items = bound(HolderItem, table_name)

    def show(self, symbol: str, account_id: str, account_sequence: int, quantity_lots: int) -> bool:
        """Show what an account has open; False when that or a later record is shown already."""
        key = {"symbol": {"S": symbol}, "account_id": {"S": account_id}}
        shown = {
            "account_sequence": {"N": str(account_sequence)},
            "quantity_lots": {"N": str(quantity_lots)},
        }
        return move_forward(self._table_name, key, shown, by="account_sequence")

    def of(self, symbol: str) -> list[str]:
        """Return the accounts with something open in a market, by name, read strongly."""
        return [str(one.account_id) for one in self.items(symbol) if one.quantity_lots]

    def items(self, symbol: str) -> Iterator[HolderItem]:
        """Yield all items of a market, who is flat too, by name, read strongly."""
        return iter(self._items.query(symbol, consistent_read=True))
