"""A venue of the API's contract in one process: a naive book, plain balances, no AWS.

It refuses what the contract refuses, so that a client that passes here has not been spoiled. What
it lacks: time (everything settles at once) and durability.
"""

import json
import re

from tests.client.fake_funds import Funds
from tests.client.fake_jobs import Jobs
from tests.client.fake_journal import Journal
from tests.client.fake_limits import Limits
from tests.client.fake_state import OPERATOR_KEY, Answer, Refusal
from tests.client.fake_trading import Trading

__all__ = ["OPERATOR_KEY", "FakeVenue"]


class FakeVenue(Trading, Funds, Limits, Journal, Jobs):
    """``handle`` is the whole API."""

    def handle(
        self, method: str, path: str, query: dict[str, str], key: str, body: bytes
    ) -> Answer:
        with self.lock:
            self.before(method, path)
            try:
                return self._route(method, path, query, key, body)
            except Refusal as refusal:
                return refusal.status, refusal.body

    def _route(
        self, method: str, path: str, query: dict[str, str], key: str, body: bytes
    ) -> Answer:
        principal = self.keys.get(key)
        if principal is None:
            raise Refusal(401, "UNAUTHENTICATED", "the key is unknown")
        for verb, pattern, name, operator_only in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and verb == method:
                if operator_only and principal.role != "operator":
                    raise Refusal(403, "FORBIDDEN", "an operator's key is needed")
                data = (json.loads(body) if body else {}) | query
                answer: Answer = getattr(self, name)(principal, data, *found.groups())
                return answer
        raise Refusal(404, "NOT_FOUND", path)


SYMBOL = "([A-Z0-9]+-[A-Z]+)"
ROUTES = [
    ("POST", "/v1/orders", "place", False),
    ("POST", "/v1/orders/batch", "place_batch", False),
    ("POST", "/v1/orders/cancel-after", "cancel_after", False),
    ("GET", "/v1/orders", "list_orders", False),
    ("DELETE", "/v1/orders", "cancel_all", False),
    ("GET", "/v1/orders/([a-z0-9]+)", "get_order", False),
    ("PATCH", "/v1/orders/([a-z0-9]+)", "amend", False),
    ("POST", "/v1/orders/([a-z0-9]+)/replace", "replace", False),
    ("DELETE", "/v1/orders/([a-z0-9]+)", "cancel", False),
    ("GET", "/v1/balances", "own_balances", False),
    ("GET", "/v1/fills", "list_fills", False),
    ("GET", "/v1/markets", "list_markets", False),
    ("GET", f"/v1/markets/{SYMBOL}", "get_market", False),
    ("GET", f"/v1/markets/{SYMBOL}/depth", "depth", False),
    ("GET", f"/v1/markets/{SYMBOL}/ticker", "ticker", False),
    ("GET", f"/v1/markets/{SYMBOL}/surface", "get_surface", False),
    ("PUT", f"/v1/markets/{SYMBOL}/surface", "publish_surface", True),
    ("POST", "/v1/pricing/quote", "quote_option", False),
    ("PUT", "/v1/partners/([^/]+)", "bind_partner", True),
    ("GET", f"/v1/markets/{SYMBOL}/trades", "list_trades", False),
    ("GET", "/v1/health", "health", False),
    ("POST", "/v1/accounts", "create_account", True),
    ("GET", "/v1/accounts", "list_accounts", True),
    ("POST", "/v1/accounts/([^/]+)/keys", "create_key", True),
    ("DELETE", "/v1/accounts/([^/]+)/keys/([^/]+)", "revoke_key", True),
    ("POST", "/v1/accounts/([^/]+)/deposits", "deposit", True),
    ("GET", "/v1/accounts/([^/]+)/balances", "any_balances", True),
    ("POST", "/v1/accounts/([^/]+)/reversals", "reverse", True),
    ("GET", "/v1/house", "house", True),
    ("GET", "/v1/insurance", "insurance", True),
    ("POST", "/v1/insurance/deposits", "fund_insurance", True),
    ("GET", "/v1/limits", "list_limits", True),
    ("PUT", "/v1/limits/venue", "set_venue_limits", True),
    ("PUT", "/v1/limits/groups/([^/]+)", "set_group_limits", True),
    ("PUT", "/v1/accounts/([^/]+)/limits", "set_account_limits", True),
    ("GET", "/v1/accounts/([^/]+)/limits", "account_limits", False),
    ("GET", "/v1/fees", "list_fees", True),
    ("PUT", "/v1/fees/([^/]+)", "set_fees", True),
    ("GET", "/v1/accounts/([^/]+)/fees", "account_fees", False),
    ("GET", "/v1/accounts/([^/]+)/positions", "positions", False),
    ("GET", "/v1/accounts/([^/]+)/margin", "margin", False),
    ("POST", "/v1/accounts/([^/]+)/margin-preview", "preview_order", False),
    ("PUT", f"/v1/isolated/{SYMBOL}", "set_isolated", False),
    ("POST", f"/v1/isolated/{SYMBOL}/moves", "move_margin", False),
    ("PUT", "/v1/accounts/([^/]+)/liquidation", "set_liquidation", True),
    ("PUT", "/v1/accounts/([^/]+)/standing", "set_standing", True),
    ("POST", "/v1/transfers", "ask_transfer", False),
    ("GET", "/v1/statement", "own_statement", False),
    ("GET", "/v1/accounts/([^/]+)/statement", "any_statement", False),
    ("POST", "/v1/withdrawals", "ask_withdrawal", False),
    ("GET", "/v1/withdrawals", "list_reserved", True),
    ("GET", "/v1/withdrawals/([^/]+)", "get_withdrawal", False),
    ("GET", "/v1/accounts/([^/]+)/withdrawals", "list_withdrawals", True),
    ("POST", "/v1/accounts/([^/]+)/withdrawals/([^/]+)/(post|void)", "end_withdrawal", True),
    ("POST", "/v1/markets", "list_market", True),
    ("POST", f"/v1/markets/{SYMBOL}/index-prices", "index_price", True),
    ("PUT", f"/v1/markets/{SYMBOL}/state", "set_trading_state", True),
    ("POST", f"/v1/markets/{SYMBOL}/auction/end", "end_auction", True),
    ("POST", f"/v1/markets/{SYMBOL}/takeover", "take_over", True),
    ("PATCH", f"/v1/markets/{SYMBOL}", "change_market", True),
    ("POST", f"/v1/markets/{SYMBOL}/delisting", "delist_market", True),
    ("POST", f"/v1/markets/{SYMBOL}/settlement", "settle_option", True),
    ("GET", "/v1/kills", "list_kills", True),
    ("GET", "/v1/feeds", "list_feeds", True),
    ("PUT", f"/v1/feeds/{SYMBOL}", "set_feed", True),
    ("DELETE", f"/v1/feeds/{SYMBOL}", "remove_feed", True),
    ("GET", "/v1/halts", "list_halts", True),
    ("GET", "/v1/halts/accounts", "list_stopped", True),
    ("PUT", "/v1/kills/venue", "kill_venue", True),
    ("PUT", "/v1/kills/accounts/([^/]+)", "kill_account", True),
    ("PUT", f"/v1/kills/markets/{SYMBOL}", "kill_market", True),
    ("POST", "/v1/reconciliations", "reconcile", True),
    ("POST", "/v1/pricing/jobs", "create_job", False),
    ("POST", "/v1/pricing/jobs/([^/]+)/start", "start_job", False),
    ("GET", "/v1/pricing/jobs/([^/]+)", "get_job", False),
    ("GET", "/v1/journal/records", "journal_records", True),
    ("GET", "/v1/journal/state", "journal_state", True),
    ("POST", "/v1/journal/exports", "journal_export", True),
]
