"""What every request with a gate item does alike.

The item makes the request one, the account's record makes it happen, the item then shows it. An
answer stays in the account's state until its item shows it, so one of the two always knows.
"""

from zerodesk.accounts import AccountState, without_answers
from zerodesk_aws.accounts import Account
from zerodesk_aws.tables.orders import Orders


def without_shown(account: Account, orders: Orders) -> AccountState:
    """Return an account's state without the answers that their items show by now."""
    shown = orders.shown(account.account_id, list(account.state.answered))
    return without_answers(account.state, shown)
