"""A short live market: simulated participants trade through the HTTPS API."""
