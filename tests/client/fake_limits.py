"""What the fake venue keeps of limits: as they were set, the nearest one shown."""

from decimal import Decimal
from typing import Any

from tests.client.fake_operating import Operating
from tests.client.fake_state import Answer, Principal, Refusal

SINCE = "2026-11-21T14:03:00.000Z"


class Limits(Operating):
    def list_limits(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        scopes = [
            {"scope": name, **entry}
            for name, entry in sorted(self.limits.items())
            if name == "venue" or name.startswith("group:")
        ]
        return 200, {"limits_sequence": len(scopes), "scopes": scopes}

    def set_venue_limits(self, who: Principal, data: dict[str, Any]) -> Answer:
        return self._set("venue", who, data)

    def set_group_limits(self, who: Principal, data: dict[str, Any], group: str) -> Answer:
        return self._set(f"group:{group}", who, data)

    def _set(self, scope: str, who: Principal, data: dict[str, Any]) -> Answer:
        limits = dict(data)
        reason = limits.pop("reason")
        self.limits[scope] = {"author": who.account_id, "reason": reason, "limits": limits}
        return self.list_limits(who, {})

    def set_account_limits(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        group = data.pop("group", None)
        if group is not None and f"group:{group}" not in self.limits:
            raise Refusal(400, "INTAKE_BAD_VALUE", "group: a group that has limits")
        self._set(account_id, who, data)
        return self.account_limits(who, {}, account_id)

    def set_standing(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        self.standings[account_id] = (data["status"], data["verification_level"])
        return self.account_limits(who, {}, account_id)

    def account_limits(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        if account_id not in self.accounts:
            raise Refusal(404, "NOT_FOUND", "No account has this id.")
        status, level = self.standings.get(account_id, ("ACTIVE", 1))
        shown = []
        for name, value in self.limits.get(account_id, {"limits": {}})["limits"].items():
            by_key = value if isinstance(value, dict) else {None: value}
            for key, limit in by_key.items():
                unit = key and key.partition("-")[0]
                shown.append(
                    {
                        "limit": name,
                        "key": key,
                        "value": str(limit),
                        "unit": unit,
                        "used": "0",
                        "set_by": "account",
                    }
                )
        return 200, {
            "account_id": account_id,
            "account_sequence": 1,
            "limits_sequence": 0,
            "status": status,
            "verification_level": level,
            "group": None,
            "limits": shown,
        }

    def list_fees(self, _who: Principal, _data: dict[str, Any]) -> Answer:
        schedules = [
            {"scope": scope, "currency": "USD", **entry}
            for scope, entry in sorted(self.fees.items())
        ]
        return 200, {"limits_sequence": len(schedules), "schedules": schedules}

    def set_fees(self, who: Principal, data: dict[str, Any], scope: str) -> Answer:
        self.fees[scope] = {"author": who.account_id, **data}
        return self.list_fees(who, {})

    def account_fees(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        following = {"from_turnover": "1000000", "maker_bps": -1, "taker_bps": 4}
        listed = {"maker_bps": 2, "taker_bps": 5, "set_by": "listing"}
        return 200, {
            "account_id": account_id,
            "account_sequence": 1,
            "limits_sequence": 2,
            "turnovers": [{"currency": "USD", "turnover": "250000.5"}],
            "markets": [
                {"symbol": "BTC-USD", "maker_bps": 0, "taker_bps": 5, "set_by": "USD", "tier": 1}
                | {"next_tier": following},
                {"symbol": "ETH-EUR", "tier": None, "next_tier": None} | listed,
            ],
        }

    def positions(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        amounts = dict.fromkeys(
            (
                "cost",
                "unrealised",
                "realised",
                "fees",
                "funding",
                "realised_today",
                "fees_today",
                "funding_today",
            ),
            "0",
        )
        held = {
            "symbol": "BTC-USD",
            "currency": "USD",
            "quantity": "-0.25",
            "average_price": "60000.5",
            "mark_price": "60100",
        }
        return 200, {
            "account_id": account_id,
            "account_sequence": 1,
            "positions": [held | amounts],
        }

    def margin(self, _who: Principal, _data: dict[str, Any], account_id: str) -> Answer:
        call = {"level": "1.5", "equity": "2990", "maintenance": "2000", "since": SINCE}
        margins = {"currency": "USD", "equity": "2800", "initial": "4000", "maintenance": "2000"}
        return 200, {
            "account_id": account_id,
            "account_sequence": 1,
            "at": SINCE,
            "margins": [margins | {"isolated": None, "ratio": "1.4", "call": call}],
            "isolated": list(self.pots.values()),
            "stale": [{"symbol": "ETH-PERP", "since": None}],
            "liquidation": {"number": 7, "since": SINCE, "steps": 2},
            "spared": None,
        }

    def preview_order(self, _who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        need = {"symbol": data["symbol"], "quantity": "0", "buy": data["quantity"], "sell": "0"}
        return 200, {
            "account_id": account_id,
            "account_sequence": 1,
            "at": SINCE,
            "currency": "USD",
            "isolated": None,
            "equity": "2800",
            "before": "0",
            "after": "3000",
            "needed": "3000",
            "held": "15",
            "moved": "0",
            "needs": [need | {"alone": "3000"}],
            "covered": False,
            "reason": "the positions need 3000 USD",
        }

    def set_isolated(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        pot = {
            "symbol": symbol,
            "is_isolated": data["is_isolated"],
            "currency": "USD",
            "margin": "0",
            "moves": 7,
            "liquidation": None,
            "account_sequence": 7,
        }
        self.pots.pop(symbol, None)
        if data["is_isolated"]:
            self.pots[symbol] = pot
        return 200, pot

    def move_margin(self, _who: Principal, data: dict[str, Any], symbol: str) -> Answer:
        pot = self.pots[symbol]
        if data["number"] != pot["moves"] + 1:
            raise Refusal(409, "INTAKE_IDEMPOTENCY_CONFLICT", "number: the one after the latest")
        pot["margin"] = f"{Decimal(pot['margin']) + Decimal(data['amount']):f}"
        pot["moves"] += 1
        return 201, pot

    def set_liquidation(self, who: Principal, data: dict[str, Any], account_id: str) -> Answer:
        place = {"account_id": account_id, "author": who.account_id, "since": SINCE}
        return 200, place | data
