"""Volatility surfaces: from the quotes of a chain to a price at any strike and expiry.

Modules
-------
smile        total variance in log-moneyness; Durrleman's function; Dupire's local variance
svi          one expiry by five parameters; its wings, its jump-wing parameters
arbitrage    butterfly and calendar arbitrage of slices, found by polynomial roots
svi_fit      the quasi-explicit calibration of one slice
svi_cuts     the same under the condition of no butterfly arbitrage
ssvi         all expiries by three parameters and the variance at the money
essvi        all expiries, each with a skew of its own; between and beyond them
mixture      prices shared between two such surfaces
boxes        least squares between bounds
charts       every surface without arbitrage as a box of free parameters
smile_fit    smiles fitted to quotes: each alone, then all in the box of a chart
mixture_fit  two surfaces fitted together, from the one that fits best
chain        quotes with bid and ask, and why one is not used
parity       forwards and discounts from calls less puts
early_exercise  American quotes freed of early exercise, for parity and smiles
calibration  the whole way from a chain to a surface, with its residuals
surface      what is kept: versioned, persisted, evaluated

Notation: k = ln(strike / forward), w = volatility squared times years, the total variance.
"""
