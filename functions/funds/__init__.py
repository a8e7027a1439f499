"""What an account does with its money other than trade: withdraw, transfer, set aside as margin.

Trigger  POST /v1/withdrawals, POST /v1/transfers, and GET of one of either;
         PUT /v1/isolated/{symbol}, and POST of its moves
Input    zerodesk_aws.contracts.funds and margin_status; docs/openapi.json says it for clients
Output   the withdrawal or transfer as it stands; the same request again gets the same one
Faults   none for the client: what is refused is a problem document, and what was not seen to happen
         in time is 503 and may be repeated
Reads    the marks of what the account has open: what is margin does not leave
Writes   the request's gate item, one conditional put before anything else happens; then records of
         the account, and of the one that receives. Of isolated margin one record, and no item
Tells    WithdrawalReserved, TransferSent, TransferReceived
"""
