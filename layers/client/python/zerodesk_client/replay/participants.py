"""The accounts of a replay: makers and takers, each with just the money that its trades need.

An account's journal takes one commit at a time, so orders are spread over several accounts, and
none has two orders on their way at once. Which account a trade uses follows from its number, so
that a replay taken up again repeats the same orders and not others.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from zerodesk.money import BASIS_POINTS
from zerodesk_client.api import Client, NewMarket
from zerodesk_client.formats import RecordedTrade
from zerodesk_client.replay.market import ReplayMarket
from zerodesk_client.replay.scoreboard import Step

ROLES: Final = {Step.MAKE: "maker", Step.TAKE: "taker"}
SETUP_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Participant:
    """One account of the replay and its key's client. Deposits in the currencies' units."""

    account_id: str
    client: Client
    key_id: str
    base_deposit: Decimal
    quote_deposit: Decimal


@dataclass(frozen=True, slots=True)
class Participants:
    """All accounts, by step."""

    makers: tuple[Participant, ...]
    takers: tuple[Participant, ...]

    def everybody(self) -> tuple[Participant, ...]:
        """Return makers and takers."""
        return self.makers + self.takers

    def of(self, trade: int, step: Step) -> Participant:
        """Return the account that places an order of a trade."""
        group = self.makers if step is Step.MAKE else self.takers
        return group[trade % len(group)]


def open_accounts(
    operator: Client,
    run_id: str,
    market: ReplayMarket,
    trades: Sequence[RecordedTrade],
    accounts: int,
) -> Participants:
    """Open and fund ``accounts`` makers and as many takers; doing it again changes nothing.

    Either side of a trade may fall to its account, so each gets the quantity of all its trades in
    the base currency and their worth with the taker's fee in the quote currency, and no more.
    """

    def opener(step: Step) -> Callable[[int], Participant]:
        return lambda number: open_account(
            operator,
            f"replay-{run_id.lower()}-{ROLES[step]}-{number + 1}",
            market.listing,
            trades[number::accounts],
        )

    used = min(accounts, len(trades))
    with ThreadPoolExecutor(SETUP_THREADS) as pool:
        makers = pool.map(opener(Step.MAKE), range(used))
        takers = pool.map(opener(Step.TAKE), range(used))
        return Participants(tuple(makers), tuple(takers))


def revoke_keys(operator: Client, participants: Participants) -> None:
    """End the keys: nobody trades for these accounts any more."""
    for participant in participants.everybody():
        operator.revoke_key(participant.account_id, participant.key_id)


def open_account(
    operator: Client, account_id: str, listing: NewMarket, trades: Sequence[RecordedTrade]
) -> Participant:
    """Open an account, with what trades need on either side; doing it again changes nothing."""
    base = sum((trade.quantity for trade in trades), Decimal(0))
    notional = sum((trade.price * trade.quantity for trade in trades), Decimal(0))
    # Rounded up to whole units of the quote currency: dearer by less than one of them.
    quote = Decimal(int(notional * (BASIS_POINTS + listing.taker_bps) / BASIS_POINTS) + 1)
    operator.create_account(account_id, "replay of recorded trades")
    operator.deposit(account_id, f"funding-{listing.base}", listing.base, base)
    operator.deposit(account_id, f"funding-{listing.quote}", listing.quote, quote)
    key = operator.create_key(account_id)
    return Participant(account_id, operator.with_key(key.api_key), key.key_id, base, quote)
