"""One seeded bug: what a careless engineer would have done, as an exact replacement of text."""

from dataclasses import dataclass


class MutantGoneError(LookupError):
    """The text that a mutant replaces does not stand in its file exactly once any more."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A bug by its name in the field's words.

    ``before`` must stand exactly once in ``file``; ``after`` takes its place. ``claim`` is the
    test of pure code that must fail, for what no traffic can show; without one it is the
    simulation that must catch the bug.
    """

    name: str
    careless: str
    file: str
    before: str
    after: str
    claim: str | None = None

    def rewritten(self, text: str) -> str:
        """Return the text of the file with the bug in it.

        Raises
        ------
        MutantGoneError
            The product has changed: the mutant has to follow it.
        """
        times = text.count(self.before)
        if times != 1:
            raise MutantGoneError(f"{self.name}: found {times} times in {self.file}")
        return text.replace(self.before, self.after)


DOMAIN = "layers/domain/python/zerodesk"
RUNTIME = "layers/runtime/python/zerodesk_aws"
