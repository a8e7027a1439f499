"""What an account does with its money other than trade: withdraw it, transfer it.

Trigger  POST /v1/withdrawals, POST /v1/transfers, and GET of one of either
Input    zerodesk_aws.contracts.funds; docs/openapi.json says it for clients
Output   the withdrawal or transfer as it stands; the same request again gets the same one
Faults   none for the client: what is refused is a problem document, and what was not seen to happen
         in time is 503 and may be repeated
Reads    the marks of what the account has open: what is margin does not leave
Writes   the request's gate item, one conditional put before anything else happens; then records of
         the account, and of the one that receives
Tells    WithdrawalReserved, TransferSent, TransferReceived
"""
