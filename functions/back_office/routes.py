"""The routes of back_office. Importing them needs no environment."""

from http import HTTPStatus
from typing import Final

from zerodesk_aws.api.problems import ProblemCode
from zerodesk_aws.api.routing import Answer, Api, Call
from zerodesk_aws.contracts.accounts import (
    Account,
    Accounts,
    BindPartner,
    Deposit,
    FundInsurance,
    IssueKey,
    Key,
    MakeDeposit,
    MakeReversal,
    OpenAccount,
    PartnerBinding,
    Reversal,
    RevokedKey,
)
from zerodesk_aws.contracts.balances import Balances
from zerodesk_aws.contracts.fees import FeeSchedules, SetFees
from zerodesk_aws.contracts.fields import Nothing
from zerodesk_aws.contracts.funds import ListReserved, ReservedPage, Withdrawal, Withdrawals
from zerodesk_aws.contracts.halts import Halts, ListStopped, StoppedPage
from zerodesk_aws.contracts.house import House
from zerodesk_aws.contracts.kills import KillSwitch, KillSwitches, SetKill
from zerodesk_aws.contracts.limits import (
    AccountLimits,
    LimitList,
    SetAccountLimits,
    SetLimits,
    SetStanding,
)
from zerodesk_aws.contracts.margin_status import SetLiquidation, Spared
from zerodesk_aws.contracts.markets import (
    AskTakeover,
    ChangeMarket,
    Delist,
    EndAuction,
    ListMarket,
    Market,
    SettleOption,
    SetTradingState,
    TakeoverAsked,
)
from zerodesk_aws.contracts.roles import Role

api = Api("back_office")
app = api.app

CONFLICT: Final = ProblemCode.INTAKE_IDEMPOTENCY_CONFLICT
NOT_FOUND: Final = ProblemCode.NOT_FOUND


@api.route(
    "POST",
    "/v1/accounts",
    OpenAccount,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Account, HTTPStatus.OK: Account},
    refuses=(CONFLICT, ProblemCode.REGISTER_FULL),
)
def open_account(_: Call, asked: OpenAccount) -> Answer:
    """Open an account. 200: it is open already, under the same name. A venue has 5,000 at most."""
    from back_office.operations import accounts

    account, is_new = accounts.open(asked)
    return Answer(account, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route("GET", "/v1/accounts", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Accounts})
def list_accounts(_: Call, __: Nothing) -> Answer:
    """List every account."""
    from back_office.operations import accounts

    return Answer(accounts.all())


@api.route(
    "POST",
    "/v1/accounts/{account_id}/keys",
    IssueKey,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Key},
    refuses=(NOT_FOUND,),
)
def issue_key(call: Call, asked: IssueKey) -> Answer:
    """Make a key for an account. It is shown this once; each request makes another."""
    from back_office.operations import accounts

    return Answer(accounts.issue_key(call.path["account_id"], asked.role), HTTPStatus.CREATED)


@api.route(
    "DELETE",
    "/v1/accounts/{account_id}/keys/{key_id}",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: RevokedKey},
    refuses=(NOT_FOUND,),
)
def revoke_key(call: Call, _: Nothing) -> Answer:
    """Revoke a key. It may pass for as long as API Gateway remembers what the authorizer said."""
    from back_office.operations import accounts

    return Answer(accounts.revoke_key(call.path["account_id"], call.path["key_id"]))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/deposits",
    MakeDeposit,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Deposit, HTTPStatus.OK: Deposit},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION, CONFLICT),
)
def make_deposit(call: Call, asked: MakeDeposit) -> Answer:
    """Credit a deposit once. 200: it stands already; the account is shown as it is now."""
    from back_office.operations import deposits

    deposit, is_new = deposits.make(call.path["account_id"], asked)
    return Answer(deposit, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "POST",
    "/v1/accounts/{account_id}/reversals",
    MakeReversal,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Reversal, HTTPStatus.OK: Reversal},
    refuses=(
        NOT_FOUND,
        CONFLICT,
        ProblemCode.RISK_STALE_MARK,
        ProblemCode.RISK_INSUFFICIENT_MARGIN,
        ProblemCode.LEDGER_NOT_REVERSIBLE,
        ProblemCode.LEDGER_INSUFFICIENT_BALANCE,
    ),
)
def make_reversal(call: Call, asked: MakeReversal) -> Answer:
    """Correct an account: reverse a record's entries by a new record that names it.

    200: it is reversed already, and not once more. A deposit, a posted withdrawal and a transfer
    can be reversed; the others have their own way back. A transfer is named by the sender's record,
    and its receiver must have the money free. What is not covered today may be asked for again.
    """
    from back_office.operations import corrections

    reversal, is_new = corrections.make(call.path["account_id"], asked)
    return Answer(reversal, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "GET",
    "/v1/accounts/{account_id}/withdrawals",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawals},
    refuses=(NOT_FOUND,),
)
def list_withdrawals(call: Call, _: Nothing) -> Answer:
    """List the withdrawals of an account that are reserved: they wait to be posted or void."""
    from back_office.operations import withdrawals

    return Answer(withdrawals.reserved(call.path["account_id"]))


@api.route(
    "GET",
    "/v1/withdrawals",
    ListReserved,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: ReservedPage},
)
def list_reserved(_: Call, asked: ListReserved) -> Answer:
    """List the reserved withdrawals of all accounts, page by page."""
    from back_office.operations import reserved

    return Answer(reserved.page(asked))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/post",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawal},
    refuses=(NOT_FOUND, ProblemCode.WITHDRAWAL_NOT_RESERVED),
)
def post_withdrawal(call: Call, _: Nothing) -> Answer:
    """Post a reserved withdrawal: the money has left. Repeating is harmless.

    Post it before you pay it out: one that stays reserved for 72 hours is void, and the money is
    free again. 409: it is void, or was refused.
    """
    from back_office.operations import withdrawals

    return Answer(withdrawals.post(call.path["account_id"], call.path["withdrawal_id"]))


@api.route(
    "POST",
    "/v1/accounts/{account_id}/withdrawals/{withdrawal_id}/void",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Withdrawal},
    refuses=(NOT_FOUND, ProblemCode.WITHDRAWAL_NOT_RESERVED),
)
def void_withdrawal(call: Call, _: Nothing) -> Answer:
    """Void a reserved withdrawal: the money is free again. 409: it is posted, or was refused."""
    from back_office.operations import withdrawals

    return Answer(withdrawals.void(call.path["account_id"], call.path["withdrawal_id"]))


@api.route(
    "GET",
    "/v1/accounts/{account_id}/balances",
    Nothing,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Balances},
    refuses=(NOT_FOUND,),
)
def get_account_balances(call: Call, _: Nothing) -> Answer:
    """Get what an account has, at its latest record."""
    from back_office.operations import accounts

    return Answer(accounts.balances(call.path["account_id"]))


@api.route("GET", "/v1/limits", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: LimitList})
def list_limits(_: Call, __: Nothing) -> Answer:
    """List the limits of the venue and of its groups."""
    from back_office.operations import limits

    return Answer(limits.all())


@api.route(
    "PUT",
    "/v1/limits/venue",
    SetLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: LimitList},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION,),
)
def set_venue_limits(call: Call, asked: SetLimits) -> Answer:
    """Set what holds for every account, in place of what held before; the journal says who did."""
    from back_office.operations import limits

    return Answer(limits.set_venue(asked, call.account_id))


@api.route(
    "PUT",
    "/v1/limits/groups/{group}",
    SetLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: LimitList},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, ProblemCode.REGISTER_FULL),
)
def set_group_limits(call: Call, asked: SetLimits) -> Answer:
    """Set what holds for the accounts of a group, which begins with its limits."""
    from back_office.operations import limits

    return Answer(limits.set_group(call.path["group"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/limits",
    SetAccountLimits,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: AccountLimits},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION),
)
def set_account_limits(call: Call, asked: SetAccountLimits) -> Answer:
    """Set what holds for one account, and its group. Of all that holds, the tightest counts."""
    from back_office.operations import limits

    return Answer(limits.set_account(call.path["account_id"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/standing",
    SetStanding,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: AccountLimits},
    refuses=(NOT_FOUND,),
)
def set_standing(call: Call, asked: SetStanding) -> Answer:
    """Suspend an account or let it trade again, and say how far it is verified.

    A suspended account keeps its open orders, may cancel them, and places no more.
    """
    from back_office.operations import limits

    return Answer(limits.set_standing(call.path["account_id"], asked, call.account_id))


@api.route("GET", "/v1/fees", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: FeeSchedules})
def list_fees(_: Call, __: Nothing) -> Answer:
    """List the fee tiers of currencies and of markets, and who set them why."""
    from back_office.operations import fees

    return Answer(fees.all())


@api.route(
    "PUT",
    "/v1/fees/{fee_scope}",
    SetFees,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: FeeSchedules},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, ProblemCode.REGISTER_FULL),
)
def set_fees(call: Call, asked: SetFees) -> Answer:
    """Set the fee tiers of a quote currency, or of one market, which then goes by its own.

    They hold for orders whose hold is made from then on; what is held or rests keeps its rates.
    """
    from back_office.operations import fees

    return Answer(fees.set(call.path["fee_scope"], asked, call.account_id))


@api.route("GET", "/v1/halts", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Halts})
def list_halts(_: Call, __: Nothing) -> Answer:
    """List all that is stopped now: markets that are not open, and kill switches that are on.

    Accounts that are stopped are under /v1/halts/accounts.
    """
    from back_office.operations import halts

    return Answer(halts.all())


@api.route(
    "GET",
    "/v1/halts/accounts",
    ListStopped,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: StoppedPage},
)
def list_stopped(_: Call, asked: ListStopped) -> Answer:
    """List the accounts that are stopped, page by page: how, by whom, why, since and until when.

    By a kill switch, suspended, for a day's loss, or liquidated.
    """
    from back_office.operations import stopped_accounts

    return Answer(stopped_accounts.page(asked))


@api.route("GET", "/v1/kills", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: KillSwitches})
def list_kills(_: Call, __: Nothing) -> Answer:
    """List the kill switches of the venue and its markets, with who turned each on or off last."""
    from back_office.operations import kills

    return Answer(kills.all())


@api.route(
    "PUT",
    "/v1/kills/venue",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitches},
)
def kill_venue(call: Call, asked: SetKill) -> Answer:
    """Turn the venue's kill switch on or off.

    On: no order passes any more, every market is halted, every order cancelled. Off: the markets
    stay halted until they are opened.
    """
    from back_office.operations import kills

    return Answer(kills.set_venue(asked, call.account_id))


@api.route(
    "PUT",
    "/v1/kills/markets/{symbol}",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitches},
    refuses=(NOT_FOUND,),
)
def kill_market(call: Call, asked: SetKill) -> Answer:
    """Turn a market's kill switch on or off.

    On: no order for it passes any more, the market is halted, its orders are cancelled. Off: it
    stays halted until it is opened.
    """
    from back_office.operations import kills

    return Answer(kills.set_market(call.path["symbol"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/accounts/{account_id}/liquidation",
    SetLiquidation,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Spared},
    refuses=(NOT_FOUND,),
)
def set_liquidation(call: Call, asked: SetLiquidation) -> Answer:
    """Stop the liquidation of an account and spare it from another, or allow it again.

    While it is spared the account trades as any other, and who runs short of margin is only called.
    """
    from back_office.operations import sparing

    return Answer(sparing.set(call.path["account_id"], asked, call.account_id))


@api.route(
    "PUT",
    "/v1/kills/accounts/{account_id}",
    SetKill,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: KillSwitch},
    refuses=(NOT_FOUND,),
)
def kill_account(call: Call, asked: SetKill) -> Answer:
    """Turn an account's kill switch on or off.

    On: no order of it passes any more, and what it has in any book is cancelled. Its positions and
    its money stay.
    """
    from back_office.operations import accounts, kills

    account_id = call.path["account_id"]
    accounts.balances(account_id)
    return Answer(kills.set_account(account_id, asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets",
    ListMarket,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Market, HTTPStatus.OK: Market},
    refuses=(CONFLICT, ProblemCode.MARKET_DELISTED, ProblemCode.REGISTER_FULL),
)
def list_market(_: Call, asked: ListMarket) -> Answer:
    """List a market; it is open at once. 200: it is listed already, with the same terms."""
    from back_office.operations import listing

    market, is_new = listing.list(asked)
    return Answer(market, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "PATCH",
    "/v1/markets/{symbol}",
    ChangeMarket,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.MARKET_DELISTED),
)
def change_market(call: Call, asked: ChangeMarket) -> Answer:
    """Give a market other fees, another collar, band, smallest notional or largest quantity.

    They hold for orders that are priced from then on; what rests keeps the fees that it came with.
    Tick and lot stay for good: every price and every position is counted by them.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.change(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/delisting",
    Delist,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND,),
)
def delist_market(call: Call, asked: Delist) -> Answer:
    """Have a market trade no more, for good: every order in it is cancelled, positions stay.

    Its symbol is never listed again.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.delist(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/settlement",
    SettleOption,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.INTAKE_OFF_PRECISION),
)
def settle_option(call: Call, asked: SettleOption) -> Answer:
    """End an option that has expired, at a price of its underlying that is said and why.

    Where the index was known an option ends by itself, within minutes.
    """
    from back_office.operations import market_terms

    return Answer(market_terms.settle(call.path["symbol"], asked, call.account_id))


@api.route("GET", "/v1/house", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: House})
def get_house(_: Call, __: Nothing) -> Answer:
    """Get what the house has: the fees that were swept from the books, by currency."""
    from back_office.operations import house

    return Answer(house.balances())


@api.route("GET", "/v1/insurance", Nothing, role=Role.OPERATOR, answers={HTTPStatus.OK: Balances})
def get_insurance(_: Call, __: Nothing) -> Answer:
    """Get what the insurance fund has. What it was given and what it paid is its statement."""
    from back_office.operations import insurance

    return Answer(insurance.balances())


@api.route(
    "POST",
    "/v1/insurance/deposits",
    FundInsurance,
    role=Role.OPERATOR,
    answers={HTTPStatus.CREATED: Deposit, HTTPStatus.OK: Deposit},
    refuses=(ProblemCode.INTAKE_OFF_PRECISION, CONFLICT, ProblemCode.REGISTER_FULL),
)
def fund_insurance(call: Call, asked: FundInsurance) -> Answer:
    """Credit a deposit to the insurance fund once. 200: it stands already.

    Out of the fund is paid what liquidated accounts owe; its journal says by whose word and why
    each deposit came.
    """
    from back_office.operations import insurance

    deposit, is_new = insurance.deposit(asked, call.account_id)
    return Answer(deposit, HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@api.route(
    "PUT",
    "/v1/markets/{symbol}/state",
    SetTradingState,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(
        NOT_FOUND,
        ProblemCode.KILL_SWITCH_ON,
        ProblemCode.MARK_STALE,
        ProblemCode.MARKET_DELISTED,
    ),
)
def set_trading_state(call: Call, asked: SetTradingState) -> Answer:
    """Stop a market, open it again, or have it hold an auction.

    Its book journals the change with the reason. Whatever crosses trades before a market opens, in
    an auction first where it would trade outside the market's band.
    """
    from back_office.operations import trading_states

    return Answer(trading_states.set(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/auction/end",
    EndAuction,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: Market},
    refuses=(NOT_FOUND, ProblemCode.NO_AUCTION),
)
def end_auction(call: Call, asked: EndAuction) -> Answer:
    """End the auction that a market holds: what crosses trades at one price.

    The market is open behind it, or halted behind a closing auction. Where the price is outside the
    market's band another auction begins, of the band's length.
    """
    from back_office.operations import trading_states

    return Answer(trading_states.end_auction(call.path["symbol"], asked, call.account_id))


@api.route(
    "POST",
    "/v1/markets/{symbol}/takeover",
    AskTakeover,
    role=Role.OPERATOR,
    answers={HTTPStatus.ACCEPTED: TakeoverAsked},
    refuses=(NOT_FOUND,),
)
def take_over(call: Call, asked: AskTakeover) -> Answer:
    """Make the region of this API the home of a book, while the one before may be dead.

    202: the region was told. The book's next record then begins the next epoch; whoever wrote it
    before stops there and sends its commands here.
    """
    from back_office.operations import takeovers

    return Answer(takeovers.ask(call.path["symbol"], asked.reason), HTTPStatus.ACCEPTED)


@api.route(
    "PUT",
    "/v1/partners/{source}",
    BindPartner,
    role=Role.OPERATOR,
    answers={HTTPStatus.OK: PartnerBinding},
    refuses=(ProblemCode.REGISTER_FULL,),
)
def bind_partner(call: Call, asked: BindPartner) -> Answer:
    """Say for which account a partner's orders on the bus are placed, from now on."""
    from back_office.operations import partners

    return Answer(partners.bind(call.path["source"], asked.account_id))
