"""What every request with a gate item does alike.

The item makes the request one, the account's record makes it happen, the item then shows it. An
answer stays in the account's state until its item shows it, so one of the two always knows.
"""

from typing import TYPE_CHECKING

from zerodesk.accounts import AccountState, without_answers
from zerodesk_aws.accounts import Account
from zerodesk_aws.tables.orders import Orders

if TYPE_CHECKING:
    from zerodesk.spending import Seen
    from zerodesk_aws.tables.market import Markets


def without_shown(account: Account, orders: Orders) -> AccountState:
    """Return an account's state without the answers that their items show by now."""
    shown = orders.shown(account.account_id, list(account.state.answered))
    return without_answers(account.state, shown)


def seen(markets: "Markets", state: AccountState, at_ms: int) -> "Seen":
    """Return the marks of what an account has open, read now, for whoever spends its money.

    Marks are loaded by the first account that has a derivative: most that withdraw have none.
    """
    from zerodesk.spending import Seen

    derivatives = state.derivatives()
    if not derivatives:
        return Seen(at_ms)
    from zerodesk_aws.marks import Marks

    return Seen(at_ms, Marks(markets).of(derivatives))
