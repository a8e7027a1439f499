"""Numbers of items as the API shows them."""


def whole(number: float | None) -> int | None:
    """Return the whole number that an item keeps, if it has one."""
    return None if number is None else int(number)
