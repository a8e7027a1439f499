"""The tables, as pynamodb models and what is done with them."""
