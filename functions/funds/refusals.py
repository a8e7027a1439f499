"""Refusals that stand in the journal, in the words of the API."""

from zerodesk.money import format_minor
from zerodesk.rejections import RejectionCode
from zerodesk_aws.api.problems import ProblemCode, ProblemError, refused
from zerodesk_aws.tables.orders import OrderItem


def refusal_on_record(item: OrderItem) -> ProblemError:
    """Return the problem that a refused request ends with, the first time and at every repeat."""
    rejection, currency = item.rejection, item.request["currency"]
    rules = {
        RejectionCode.LEDGER_INSUFFICIENT_BALANCE: "at most what was free, {have} {currency}",
        RejectionCode.RISK_STALE_MARK: "asked for at marks of what is open that are known: "
        "{detail}",
        RejectionCode.RISK_INSUFFICIENT_MARGIN: "at most what is above the margin: {detail}",
        RejectionCode.LEDGER_WITHDRAWAL_LIMIT: "at most {limit} withdrawals reserved at a time",
    }
    rule = rules[RejectionCode(rejection["code"])].format(currency=currency, **rejection)
    amount = format_minor(item.request["amount_minor"], currency)
    return refused(ProblemCode(rejection["code"]), "amount", amount, rule)
