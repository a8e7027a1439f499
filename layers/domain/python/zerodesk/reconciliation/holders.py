"""The index of holders against the accounts: who has a derivative open is in it, as much as it is.

The index is read after the accounts, and the cursor before them. Settlement shows a holder before
the cursor moves, so what an account was settled up to a cursor is in the index. An item of a later
record than the account was read to says what is not known here, and is compared the next time.
"""

from collections.abc import Iterator, Mapping

from zerodesk.reconciliation.accounts import AccountAudit
from zerodesk.reconciliation.findings import Breach, BreachCode

Shown = tuple[int, int]
"""(sequence of the account, lots) as the index says."""

NOWHERE: Shown = (0, 0)


def differing_holders(
    symbol: str, shown: Mapping[str, Shown], accounts: Mapping[str, AccountAudit], cursor: int
) -> Iterator[Breach]:
    """Yield what the index of a market says that its accounts do not.

    Parameters
    ----------
    shown
        The items of the market, by account.
    accounts
        All accounts that are known, as far as each was read.
    cursor
        Up to which record the market was settled before the accounts were read.
    """
    for account_id, account in sorted(accounts.items()):
        if account.state is None or account.watermarks.get(symbol, 0) > cursor:
            continue
        sequence, lots = shown.get(account_id, NOWHERE)
        row = account.state.get("positions", {}).get(symbol)
        held_lots = row[0] if row else 0
        if sequence <= account.sequence and lots != held_lots:
            yield Breach(
                BreachCode.HOLDER_DIFFERS,
                f"holder {account_id} of {symbol}",
                f"the index says {lots} lots as of record {sequence}, the account has {held_lots}",
                account.sequence,
                (symbol,),
            )
