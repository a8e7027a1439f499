"""What the fake venue does with money other than trade."""

from decimal import Decimal
from typing import Any

from tests.client.fake_operating import Operating
from tests.client.fake_state import Answer, Principal, Refusal, page


class Funds(Operating):
    def ask_withdrawal(self, who: Principal, data: dict[str, Any]) -> Answer:
        key = (who.account_id, data["withdrawal_id"])
        known = self.withdrawals.get(key)
        if known is not None:
            if any(known[name] != data[name] for name in ("currency", "amount")):
                raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", "the id has another body")
            return 200, known
        if Decimal(data["amount"]) > self._available(who.account_id, data["currency"]):
            raise Refusal(422, "LEDGER_INSUFFICIENT_BALANCE", "amount: at most what is free")
        now = self.now()
        self.withdrawals[key] = data | {
            "account_id": who.account_id,
            "status": "RESERVED",
            "rejection": None,
            "account_sequence": 1,
            "asked_at": now,
            "updated_at": now,
        }
        return 201, self.withdrawals[key]

    def get_withdrawal(self, who: Principal, _data: dict[str, Any], withdrawal_id: str) -> Answer:
        return 200, self._withdrawal(who.account_id, withdrawal_id)

    def list_withdrawals(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        rows = [
            one
            for (owner, _), one in self.withdrawals.items()
            if owner == account_id and one["status"] == "RESERVED"
        ]
        return 200, {"withdrawals": rows}

    def list_reserved(self, _who: Principal, data: dict[str, Any]) -> Answer:
        rows = [one for _, one in sorted(self.withdrawals.items()) if one["status"] == "RESERVED"]
        return 200, page("withdrawals", rows, data | {"limit": 2})

    def end_withdrawal(
        self, _who: Principal, _data: dict[str, Any], account_id: str, withdrawal_id: str, how: str
    ) -> Answer:
        found = self._withdrawal(account_id, withdrawal_id)
        wanted = {"post": "POSTED", "void": "VOIDED"}[how]
        if found["status"] not in ("RESERVED", wanted):
            raise Refusal(409, "WITHDRAWAL_NOT_RESERVED", f"The withdrawal is {found['status']}.")
        if found["status"] != wanted and wanted == "POSTED":
            self.balances[account_id, found["currency"]] -= Decimal(found["amount"])
        found["status"] = wanted
        return 200, found

    def ask_transfer(self, who: Principal, data: dict[str, Any]) -> Answer:
        key = (who.account_id, data["transfer_id"])
        if key in self.transfers:
            return 200, self.transfers[key]
        if data["to_account_id"] not in self.accounts:
            raise Refusal(422, "INTAKE_UNKNOWN_ACCOUNT", "to_account_id: an account that is open")
        amount = Decimal(data["amount"])
        if amount > self._available(who.account_id, data["currency"]):
            raise Refusal(422, "LEDGER_INSUFFICIENT_BALANCE", "amount: at most what is free")
        self.balances[who.account_id, data["currency"]] -= amount
        self.balances[data["to_account_id"], data["currency"]] += amount
        now = self.now()
        self.transfers[key] = data | {
            "from_account_id": who.account_id,
            "status": "SETTLED",
            "rejection": None,
            "account_sequence": 1,
            "asked_at": now,
            "updated_at": now,
        }
        return 201, self.transfers[key]

    def house(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        rows = [
            {
                "currency": listed.listing["quote"],
                "balance": str(listed.fees),
                "house_sequence": 1,
                "swept": [{"symbol": symbol, "book_sequence": listed.sequence}],
            }
            for symbol, listed in self.markets.items()
        ]
        return 200, {"balances": rows}

    def insurance(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self.any_balances(who, data, "insurance-fund")

    def fund_insurance(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self.deposit(who, data, "insurance-fund")

    def reverse(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        deposits = [one for (owner, _), one in self.deposits.items() if owner == account_id]
        if data["sequence"] > len(deposits):
            raise Refusal(422, "LEDGER_NOT_REVERSIBLE", "sequence: a deposit")
        reversed_one = deposits[data["sequence"] - 1]
        self.balances[account_id, reversed_one["currency"]] -= Decimal(reversed_one["amount"])
        leg = {"ledger_account": "available", "currency": reversed_one["currency"]}
        return 201, self.any_balances(who, data, account_id)[1] | {
            "sequence": data["sequence"],
            "hash": data.get("hash", "f" * 64),
            "reason": data["reason"],
            "reversal_sequence": len(deposits) + 1,
            "entries": [leg | {"amount": f"-{reversed_one['amount']}"}],
        }

    def own_statement(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self.any_statement(who, data, who.account_id)

    def any_statement(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        """Tell of the deposits alone, a record each."""
        if who.role != "operator" and who.account_id != account_id:
            raise Refusal(404, "NOT_FOUND", "no such account")
        deposits = [one for (owner, _), one in self.deposits.items() if owner == account_id]
        if int(data.get("from_sequence", 1)) > len(deposits):
            raise Refusal(400, "INTAKE_BAD_VALUE", f"at most {len(deposits)}, the latest record")
        records = [
            {
                "sequence": sequence,
                "hash": f"{sequence}" * 64,
                "recorded_at": "2026-11-21T07:00:00.000Z",
                "cause": {"kind": "deposit", "deposit_id": one["deposit_id"]},
                "entries": [
                    {"ledger_account": name, "currency": one["currency"], "amount": amount}
                    for name, amount in (("available", one["amount"]), ("external", "-1"))
                ],
            }
            for sequence, one in enumerate(deposits, start=1)
        ]
        listed = page("records", records, data)
        self.statements_asked.append(data)
        return 200, listed | {
            "account_id": account_id,
            "stream": f"account#{account_id}",
            "from_sequence": 1,
            "to_sequence": len(deposits),
            "opening": [],
            "closing": self.any_balances(who, data, account_id)[1]["balances"],
        }

    def _withdrawal(self, account_id: str, withdrawal_id: str) -> dict[str, Any]:
        if (account_id, withdrawal_id) not in self.withdrawals:
            raise Refusal(404, "NOT_FOUND", "no such withdrawal")
        return self.withdrawals[account_id, withdrawal_id]
