"""The part of an operator: accounts, money in and out, limits, markets, the journal."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from zerodesk.verification import Record
from zerodesk_client.api.account_models import (
    AccountLimits,
    Balances,
    DepositReceipt,
    Reversal,
    Spared,
    Withdrawal,
)
from zerodesk_client.api.decode import decode, encode, plain, timestamp
from zerodesk_client.api.fee_models import FeeSchedule, FeeTier
from zerodesk_client.api.market_models import Market, NewMarket
from zerodesk_client.api.operating_models import (
    Account,
    AccountKey,
    Exported,
    Feed,
    Halt,
    HouseBalance,
    KillSwitch,
    Reconciliation,
    ScopeLimits,
    StreamState,
)
from zerodesk_client.api.option_models import PublishedSurface
from zerodesk_client.api.paging import PAGE, Page
from zerodesk_client.api.session import Session


class Operating(Session):
    """What the operator of a venue asks for."""

    def create_account(self, account_id: str, name: str) -> Account:
        """Open an account; opening it again returns it."""
        return self._call(
            Account, "POST", "/v1/accounts", body={"account_id": account_id, "name": name}
        )

    def accounts(self) -> tuple[Account, ...]:
        """Return every account."""
        return self._list(Account, "/v1/accounts", "accounts")

    def create_key(self, account_id: str, *, role: str = "trader") -> AccountKey:
        """Return a new key of an account. Not repeated when it may have arrived: each is new."""
        return self._call(
            AccountKey,
            "POST",
            f"/v1/accounts/{account_id}/keys",
            body={"role": role},
            repeatable=False,
        )

    def revoke_key(self, account_id: str, key_id: str) -> None:
        """End a key."""
        self._send("DELETE", f"/v1/accounts/{account_id}/keys/{key_id}")

    def deposit(
        self, account_id: str, deposit_id: str, currency: str, amount: Decimal
    ) -> DepositReceipt:
        """Credit an account; the same ``deposit_id`` again changes nothing."""
        body = {"deposit_id": deposit_id, "currency": currency, "amount": plain(amount)}
        return self._call(DepositReceipt, "POST", f"/v1/accounts/{account_id}/deposits", body=body)

    def reverse(
        self, account_id: str, sequence: int, reason: str, *, record_hash: str | None = None
    ) -> Reversal:
        """Reverse a record's entries by a new record; a record is reversed once."""
        body: dict[str, Any] = {"sequence": sequence, "reason": reason}
        if record_hash is not None:
            body["hash"] = record_hash
        return self._call(Reversal, "POST", f"/v1/accounts/{account_id}/reversals", body=body)

    def reserved_withdrawals(self, account_id: str) -> tuple[Withdrawal, ...]:
        """Return the withdrawals of any account that wait to be posted or void."""
        return self._list(Withdrawal, f"/v1/accounts/{account_id}/withdrawals", "withdrawals")

    def all_reserved_withdrawals(
        self, *, cursor: str | None = None, limit: int = PAGE
    ) -> Page[Withdrawal]:
        """Return a page of what is reserved of all accounts; it may be short before the end."""
        return self._page(Withdrawal, "/v1/withdrawals", "withdrawals", cursor=cursor, limit=limit)

    def post_withdrawal(self, account_id: str, withdrawal_id: str) -> Withdrawal:
        """Say that a reserved withdrawal has left."""
        path = f"/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/post"
        return self._call(Withdrawal, "POST", path)

    def void_withdrawal(self, account_id: str, withdrawal_id: str) -> Withdrawal:
        """Say that a reserved withdrawal stays; its money is free again."""
        path = f"/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/void"
        return self._call(Withdrawal, "POST", path)

    def account_balances(self, account_id: str) -> Balances:
        """Return the balances of any account."""
        return self._call(Balances, "GET", f"/v1/accounts/{account_id}/balances")

    def scope_limits(self) -> tuple[ScopeLimits, ...]:
        """Return the limits of the venue and of its groups."""
        return self._list(ScopeLimits, "/v1/limits", "scopes")

    def fee_schedules(self) -> tuple[FeeSchedule, ...]:
        """Return the fee tiers of currencies and of markets."""
        return self._list(FeeSchedule, "/v1/fees", "schedules")

    def set_fees(self, scope: str, tiers: Iterable[FeeTier], reason: str) -> None:
        """Set the fee tiers of a quote currency or of a market; none: they are over."""
        body = {"tiers": [encode(tier) for tier in tiers], "reason": reason}
        self._send("PUT", f"/v1/fees/{scope}", body=body)

    def set_venue_limits(self, limits: Mapping[str, Any], reason: str) -> None:
        """Set what holds for every account, in place of what held before."""
        self._send("PUT", "/v1/limits/venue", body={**limits, "reason": reason})

    def set_group_limits(self, group: str, limits: Mapping[str, Any], reason: str) -> None:
        """Set what holds for the accounts of a group; a group begins with its limits."""
        self._send("PUT", f"/v1/limits/groups/{group}", body={**limits, "reason": reason})

    def set_account_limits(
        self, account_id: str, limits: Mapping[str, Any], reason: str, *, group: str | None = None
    ) -> AccountLimits:
        """Set what holds for one account, and its group."""
        body = {**limits, "reason": reason, "group": group}
        return self._call(AccountLimits, "PUT", f"/v1/accounts/{account_id}/limits", body=body)

    def set_standing(
        self, account_id: str, status: str, verification_level: int, reason: str
    ) -> AccountLimits:
        """Suspend an account or let it trade, and say how far it is verified."""
        body = {"status": status, "verification_level": verification_level, "reason": reason}
        return self._call(AccountLimits, "PUT", f"/v1/accounts/{account_id}/standing", body=body)

    def house(self) -> tuple[HouseBalance, ...]:
        """Return what the house has, by currency."""
        return self._list(HouseBalance, "/v1/house", "balances")

    def insurance(self) -> Balances:
        """Return what the insurance fund has."""
        return self._call(Balances, "GET", "/v1/insurance")

    def fund_insurance(
        self, deposit_id: str, currency: str, amount: Decimal, reason: str
    ) -> DepositReceipt:
        """Credit the insurance fund; the same ``deposit_id`` again changes nothing."""
        body = {
            "deposit_id": deposit_id,
            "currency": currency,
            "amount": plain(amount),
            "reason": reason,
        }
        return self._call(DepositReceipt, "POST", "/v1/insurance/deposits", body=body)

    def list_market(self, listing: NewMarket) -> Market:
        """List a market; the same listing again returns it, another is refused with 409."""
        return self._call(Market, "POST", "/v1/markets", body=encode(listing))

    def change_market(self, symbol: str, terms: Mapping[str, Any], reason: str) -> Market:
        """Give a market other terms, by the names of ``NewMarket``; those left out stay."""
        body = {**terms, "reason": reason}
        return self._call(Market, "PATCH", f"/v1/markets/{symbol}", body=body)

    def delist_market(self, symbol: str, reason: str) -> Market:
        """Have a market trade no more, for good."""
        body = {"reason": reason}
        return self._call(Market, "POST", f"/v1/markets/{symbol}/delisting", body=body)

    def settle_option(self, symbol: str, price: Decimal, reason: str) -> Market:
        """End an option that has expired, where the index says no price."""
        body = {"price": f"{price:f}", "reason": reason}
        return self._call(Market, "POST", f"/v1/markets/{symbol}/settlement", body=body)

    def set_trading_state(self, symbol: str, state: str, reason: str) -> Market:
        """Stop a market (CANCEL_ONLY, HALTED) or open it again (OPEN)."""
        body = {"state": state, "reason": reason}
        return self._call(Market, "PUT", f"/v1/markets/{symbol}/state", body=body)

    def kill_switches(self) -> tuple[KillSwitch, ...]:
        """Return the kill switches that were ever used."""
        return self._list(KillSwitch, "/v1/kills", "kills")

    def halts(self) -> tuple[Halt, ...]:
        """Return all that is stopped now: markets that are not open, kill switches that are on."""
        return self._list(Halt, "/v1/halts", "halts")

    def feeds(self) -> tuple[Feed, ...]:
        """Return where index prices are read outside, and how that fares."""
        return self._list(Feed, "/v1/feeds", "feeds")

    def set_feed(
        self, symbol: str, url: str, price: str, reason: str, *, observed_at: str | None = None
    ) -> Feed:
        """Have a market's index price read each minute, at a JSON pointer into an answer."""
        body = {"url": url, "price": price, "reason": reason}
        if observed_at is not None:
            body["observed_at"] = observed_at
        return self._call(Feed, "PUT", f"/v1/feeds/{symbol}", body=body)

    def remove_feed(self, symbol: str, reason: str) -> tuple[Feed, ...]:
        """Read a market's index price outside no more; return the feeds that are left."""
        query = {"reason": reason}
        return self._list(Feed, f"/v1/feeds/{symbol}", "feeds", method="DELETE", query=query)

    def stopped_accounts(self, *, cursor: str | None = None) -> Page[Halt]:
        """Return a page of the stops of accounts; it may be short before the end."""
        return self._page(Halt, "/v1/halts/accounts", "halts", cursor=cursor)

    def allow_liquidation(self, account_id: str, reason: str, *, is_allowed: bool) -> Spared:
        """Let the venue liquidate an account, or stop that and spare it from another."""
        body = {"is_allowed": is_allowed, "reason": reason}
        return self._call(Spared, "PUT", f"/v1/accounts/{account_id}/liquidation", body=body)

    def kill_account(self, account_id: str, reason: str, *, is_on: bool) -> KillSwitch:
        """Turn an account's kill switch on or off; what it has in any book is cancelled."""
        body = {"is_on": is_on, "reason": reason}
        return self._call(KillSwitch, "PUT", f"/v1/kills/accounts/{account_id}", body=body)

    def set_kill_switch(
        self, symbol: str | None, reason: str, *, is_on: bool
    ) -> tuple[KillSwitch, ...]:
        """Turn the kill switch of a market, or of the venue, on or off; return all of them."""
        path = "/v1/kills/venue" if symbol is None else f"/v1/kills/markets/{symbol}"
        body = {"is_on": is_on, "reason": reason}
        return self._list(KillSwitch, path, "kills", method="PUT", body=body)

    def begin_auction(self, symbol: str, kind: str, seconds: int | None, reason: str) -> Market:
        """Have a market gather orders, for so long or until the auction is ended."""
        body: dict[str, Any] = {"state": "AUCTION", "auction": kind, "reason": reason}
        if seconds is not None:
            body["auction_seconds"] = seconds
        return self._call(Market, "PUT", f"/v1/markets/{symbol}/state", body=body)

    def end_auction(self, symbol: str, reason: str) -> Market:
        """End a market's auction: whatever crosses trades at one price."""
        body = {"reason": reason}
        return self._call(Market, "POST", f"/v1/markets/{symbol}/auction/end", body=body)

    def take_over(self, symbol: str, reason: str) -> int:
        """Have the region of this API take a book over; return the epoch that ends by it."""
        body = {"reason": reason}
        answer = self._send("POST", f"/v1/markets/{symbol}/takeover", body=body)
        return decode(int, decode(dict[str, Any], answer).get("from_epoch"))

    def send_index_price(
        self, symbol: str, source: str, price: Decimal, observed_at: datetime
    ) -> None:
        """Report an index price."""
        body = {"source": source, "price": plain(price), "observed_at": timestamp(observed_at)}
        self._send("POST", f"/v1/markets/{symbol}/index-prices", body=body)

    def publish_surface(
        self,
        symbol: str,
        surface: Mapping[str, Any],
        *,
        as_of: datetime,
        spot: Decimal,
        valid_seconds: int,
    ) -> PublishedSurface:
        """Publish the surface of a market's options; a later one replaces an earlier one, only."""
        body = {
            "surface": surface,
            "as_of": timestamp(as_of),
            "spot": plain(spot),
            "valid_seconds": valid_seconds,
        }
        return self._call(PublishedSurface, "PUT", f"/v1/markets/{symbol}/surface", body=body)

    def bind_partner(self, source: str, account_id: str) -> None:
        """Say for which account the orders of a partner's events are placed."""
        self._send("PUT", f"/v1/partners/{source}", body={"account_id": account_id})

    def reconcile(self) -> Reconciliation:
        """Have every book and account recounted, and return the report."""
        return self._call(Reconciliation, "POST", "/v1/reconciliations")

    def journal_records(
        self, stream: str, *, from_sequence: int = 1, limit: int = PAGE
    ) -> tuple[Record, ...]:
        """Return records of a stream as they stand, in order; none behind its end."""
        query = {"stream": stream, "from_sequence": str(from_sequence), "limit": str(limit)}
        return self._list(Record, "/v1/journal/records", "records", query=query)

    def state_at(
        self, stream: str, *, sequence: int | None = None, time: datetime | None = None
    ) -> StreamState:
        """Return what a stream came to behind a record, at a time, or now."""
        query = {"stream": stream}
        if sequence is not None:
            query["sequence"] = str(sequence)
        if time is not None:
            query["time"] = timestamp(time)
        return self._call(StreamState, "GET", "/v1/journal/state", query=query)

    def export_stream(self, stream: str, between: tuple[int, int] | None = None) -> Exported:
        """Have the venue add what a stream has to its archive, some thousand records at most.

        What is between two records, both included, goes to an archive of its own.
        """
        body: dict[str, Any] = {"stream": stream}
        if between is not None:
            body |= {"first": between[0], "last": between[1]}
        return self._call(Exported, "POST", "/v1/journal/exports", body=body)
