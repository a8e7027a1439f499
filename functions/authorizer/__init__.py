"""Say who calls: the account and the role behind an API key.

Trigger  API Gateway, before every method
Input    the request's Authorization header: "Bearer zdk_<key id>_<secret>"
Output   a policy that allows the whole API stage, so that it can be cached, with the principal as
         its context {account_id, role, key_id}; roles are checked where the route is served
Faults   the exception "Unauthorized", which API Gateway answers with 401
Writes   nothing
"""
