"""What moves money other than trade in the venue in memory, one read or write at a time."""

from tests.zerodesk.reconciliation.venue import Actor, Venue
from zerodesk.house import fees_of, sweep
from zerodesk.transfers import receive, send
from zerodesk.withdrawals import post, void, withdraw


def transfers(venue: Venue, sender: str, receiver: str, name: str, amount_minor: int) -> Actor:
    """Send dollars from one account, then let the other receive them, or be refused."""
    while True:
        sequence, state = venue.latest(sender)
        yield
        change = send(state, name, receiver, "USD", amount_minor)
        if venue.append(sender, sequence, change):
            break
    yield
    if change.cause["kind"] == "refuse":
        return
    while True:
        sequence, state = venue.latest(receiver)
        yield
        change = receive(
            state,
            f"{sender}#{name}",
            transfer_id=name,
            from_account_id=sender,
            currency="USD",
            amount_minor=amount_minor,
        )
        if venue.append(receiver, sequence, change):
            return


def withdraws(
    venue: Venue, account_id: str, name: str, amount_minor: int, *, leaves: bool
) -> Actor:
    """Reserve dollars, then let them leave or set them free, unless it was refused."""
    while True:
        sequence, state = venue.latest(account_id)
        yield
        change = withdraw(state, name, "USD", amount_minor, at_ms=0)
        if venue.append(account_id, sequence, change):
            break
    yield
    while name in (state := venue.latest(account_id)[1]).withdrawals:
        sequence = len(venue.accounts[account_id])
        change = post(state, name) if leaves else void(state, name, "a test")
        yield
        venue.append(account_id, sequence, change)


def sweeps(venue: Venue, symbol: str, limit: int) -> Actor:
    """Sweep a stretch of a book's fees to the house."""
    currency = venue.markets[symbol].quote
    watermark = venue.house(currency)[1].swept.get(symbol, 0)
    yield
    records = list(enumerate(venue.books[symbol], start=1))[watermark : watermark + limit]
    fees = fees_of(symbol, currency, records)
    yield
    while True:
        sequence, state = venue.house(currency)
        yield
        change = sweep(state, fees)
        if change is None or venue.append_house(currency, sequence, change):
            return
