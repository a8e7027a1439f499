"""Price options in batches: European, American, exotic, implied volatilities, surfaces, margins.

Trigger  POST /v1/pricing/options, /american, /implied-volatility, /exotics, /surface;
         POST /v1/risk/margin-preview
Input    zerodesk_aws.contracts.pricing and .margin; columns of JSON numbers, 10,000 options at most
Output   columns in the same order; null where there is no value, with a status
Faults   none for the client: a malformed batch is refused by field, a value that makes no sense is
         null in its own place
Writes   nothing, and reads nothing: no table, no role beyond its log
"""
