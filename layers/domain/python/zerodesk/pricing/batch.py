"""What a call of the numeric functions has in common: its arguments, its shape, its blocks.

Arguments broadcast as in numpy. A call that makes no sense as a whole (text for a number, shapes
that do not fit, an option type that does not exist) is refused by name; a value that makes no
sense gives NaN in its own place and disturbs nobody.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""Float64 numbers; of shape () where every argument of the call was a scalar."""

BoolArray: TypeAlias = NDArray[np.bool_]

Scalar = TypeVar("Scalar", bound=np.generic)

OptionType: TypeAlias = str | ArrayLike
"""``"call"`` or ``"put"``, or an array of these, or of +1 for calls and -1 for puts."""

CALL: Final = 1.0
PUT: Final = -1.0

BLOCK_ELEMENTS: Final = 16_384
"""Elements worked on at a time: 128 KiB a vector, so what is in use stays in the L2 cache."""


class MalformedCallError(ValueError):
    """An argument makes no sense for the whole batch; the text begins with its name."""


def numbers(name: str, value: ArrayLike) -> FloatArray:
    """Return an argument as float64 numbers.

    Raises
    ------
    MalformedCallError
        The argument holds something else than real numbers, or is ragged.

    Examples
    --------
    >>> numbers("strike", [90, 100])
    array([ 90., 100.])
    >>> numbers("strike", "90")
    Traceback (most recent call last):
    zerodesk.pricing.batch.MalformedCallError: strike: expected real numbers, was <U2
    """
    try:
        array = np.asarray(value)
    except ValueError as ragged:
        raise MalformedCallError(f"{name}: expected an array, was ragged") from ragged
    if array.dtype.kind not in "iufb":
        raise MalformedCallError(f"{name}: expected real numbers, was {array.dtype}")
    return array.astype(np.float64, copy=False)


def choices(name: str, value: OptionType, meanings: Mapping[str, float]) -> FloatArray:
    """Return the numbers that words stand for; what is a number already has to be one of them.

    Raises
    ------
    MalformedCallError
        A word or number is none of these.

    Examples
    --------
    >>> choices("direction", ["down", "up"], {"down": 1.0, "up": -1.0})
    array([ 1., -1.])
    """
    array = np.asarray(value)
    if array.dtype.kind == "U":
        result = np.full(array.shape, np.nan)
        for word, meaning in meanings.items():
            result[array == word] = meaning
        unknown, expected = array[np.isnan(result)], list(meanings)
    else:
        result = numbers(name, array)
        unknown = result[~np.isin(result, list(meanings.values()))]
        expected = [f"{meaning:+g}" for meaning in meanings.values()]
    if unknown.size:
        alternatives = " or ".join(expected)
        raise MalformedCallError(f"{name}: expected {alternatives}, was {unknown[0].item()!r}")
    return result


def option_signs(name: str, value: OptionType) -> FloatArray:
    """Return +1 for each call and -1 for each put.

    Raises
    ------
    MalformedCallError
        An option is neither.

    Examples
    --------
    >>> option_signs("option_type", ["call", "put"])
    array([ 1., -1.])
    >>> option_signs("option_type", "straddle")
    Traceback (most recent call last):
    zerodesk.pricing.batch.MalformedCallError: option_type: expected call or put, was 'straddle'
    """
    return choices(name, value, {"call": CALL, "put": PUT})


class Batch:
    """The arguments of one call, broadcast against each other.

    Parameters
    ----------
    arguments
        What the caller gave, by the names that he knows it by; each is told as `numbers`.

    Raises
    ------
    MalformedCallError
        An argument is something else than numbers, or the shapes do not broadcast; the first
        argument that does not fit is named.

    Examples
    --------
    >>> batch = Batch(spot=[[100.0], [110.0]], strike=[90.0, 95.0, 100.0])
    >>> batch.shape
    (2, 3)
    >>> Batch(spot=np.ones(2), strike=np.ones(3))
    Traceback (most recent call last):
    zerodesk.pricing.batch.MalformedCallError: strike: shape (3,) does not broadcast with (2,)
    """

    def __init__(self, **arguments: ArrayLike) -> None:
        self.shape: tuple[int, ...] = ()
        arrays = {name: numbers(name, value) for name, value in arguments.items()}
        for name, array in arrays.items():
            try:
                self.shape = np.broadcast_shapes(self.shape, array.shape)
            except ValueError as misfit:
                raise MalformedCallError(
                    f"{name}: shape {array.shape} does not broadcast with {self.shape}"
                ) from misfit
        self.size = int(np.prod(self.shape))
        self._flat = [self._flattened(array) for array in arrays.values()]

    def _flattened(self, array: FloatArray) -> FloatArray:
        # One number stays one number: whatever depends on such alone is computed once a block.
        if array.size == 1:
            return array.reshape(())
        return np.broadcast_to(array, self.shape).reshape(-1)

    def blocks(self) -> Iterator[tuple[slice, list[FloatArray]]]:
        """Yield the batch piece by piece: where it belongs in a flat result, and its arguments."""
        for start in range(0, self.size, BLOCK_ELEMENTS):
            where = slice(start, min(start + BLOCK_ELEMENTS, self.size))
            yield where, [flat[where] if flat.ndim else flat[()] for flat in self._flat]

    def empty(self) -> FloatArray:
        """Return room for a flat result."""
        return np.empty(self.size)

    def evaluate(self, formula: Callable[..., FloatArray]) -> FloatArray:
        """Return the formula of the arguments, in their order, block by block.

        Divisions by zero and the like are the formula's own affair and warn nobody.
        """
        result = self.empty()
        with np.errstate(all="ignore"):
            for where, arguments in self.blocks():
                result[where] = formula(*arguments)
        return self.shaped(result)

    def shaped(self, flat: NDArray[Scalar]) -> NDArray[Scalar]:
        """Return a flat result in the shape of the batch."""
        shaped: NDArray[Scalar] = flat.reshape(self.shape)[()]
        return shaped
