"""What an operator does: accounts, keys, money in and out, markets, partners.

Trigger  the operators' routes of the API
Input    zerodesk_aws.contracts.accounts, .funds and .markets; docs/openapi.json says it for clients
Output   what stands in the journal; the same request again gets the same answer, and a new key is
         the only thing that a repeat would make twice
Faults   none for the client; what was not seen to happen in time is 503 and may be repeated
Writes   registers (control#accounts, control#markets, control#partners); accounts, with their
         deposits and withdrawals; keys, as digests; listings and trading states go to their book
         as commands
Tells    DepositCredited, WithdrawalPosted, WithdrawalVoided, RecordReversed; what another function
         did not live to tell
"""
