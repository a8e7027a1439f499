"""Rules of the protocol, each left out in turn: what a careless engineer would write instead.

Most are seeded bugs of the simulation, by their names. Here they are left out in this very process:
the functions of the rewritten file take the place of those that are loaded.
"""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, Final

from tests.protocol.explore import Tally, by_chance, first_broken, with_deviations
from tests.protocol.scenarios import Scenario
from tests.simulation import processes
from tests.simulation.mutants.catalogue import CATALOGUE
from tests.simulation.mutants.importing import ROOT
from tests.simulation.mutants.mutant import DOMAIN, RUNTIME, Mutant


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, by its number in the protocol, and the scenarios that need it.

    ``number`` is None for what every journal needs.
    """

    number: int | None
    left_out: Mutant
    scenario: str

    @property
    def name(self) -> str:
        """What it is to leave the rule out."""
        return self.left_out.name


_KNOWN: Final = {mutant.name: mutant for mutant in CATALOGUE}

# Not here: what no schedule of few processes can need (10: watermarks are not dropped; 11: seen by
# clients, so by the simulation; 13: a bound) or what is not in the product (16, but
# that a pair has one hold). And that a book
# answers the repeat of a done order with a release (2): settlement shows an order's end before it
# releases anything, so no hold comes after it. The engine's own tests hold that rule. Nor that
# commands of a book that moved are forwarded (15): the sweeper there sends them, a minute later.
RULES: Final = (
    Rule(None, _KNOWN["put over what stands"], "books"),
    Rule(None, _KNOWN["time-out taken for success"], "order"),
    Rule(None, _KNOWN["lost race not undone"], "order"),
    Rule(None, _KNOWN["check-then-act"], "books"),
    Rule(None, _KNOWN["no watermark"], "books"),
    Rule(1, _KNOWN["netted before the account was read (rule 1)"], "books"),
    Rule(2, _KNOWN["no command check"], "order"),
    Rule(2, _KNOWN["no bound on age"], "late"),
    Rule(2, _KNOWN["sweeper skips holds (rule 2)"], "books"),
    Rule(3, _KNOWN["rejection not journaled (rule 3)"], "refusal"),
    Rule(3, _KNOWN["answers forgotten before their items show them (rule 3)"], "refusal"),
    Rule(3, _KNOWN["item not read by the risk check (rule 3)"], "refusal"),
    Rule(4, _KNOWN["repeat priced anew (rule 4)"], "mark"),
    Rule(5, _KNOWN["items not moved again by settlement (rule 5)"], "order"),
    Rule(5, _KNOWN["item's status goes back"], "taker"),
    Rule(6, _KNOWN["cancel of an unknown order refused"], "order"),
    Rule(6, _KNOWN["tombstone forgotten"], "order"),
    Rule(7, _KNOWN["amend takes what is not held"], "amend"),
    Rule(7, _KNOWN["amend's hold not moved"], "amend"),
    Rule(7, _KNOWN["amend refused beside its own command"], "amend-mark"),
    Rule(None, _KNOWN["mass cancel forgets what follows"], "group"),
    Rule(8, _KNOWN["record time from the machine's clock"], "late"),
    Rule(9, _KNOWN["reconciled as of now, not of the watermark (rule 9)"], "books"),
    Rule(12, _KNOWN["something enters before a taker ends"], "taker"),
    Rule(None, _KNOWN["an armed order put back is not counted"], "stop"),
    Rule(None, _KNOWN["a filled pair is folded as if withdrawn"], "pair-moves"),
    Rule(16, _KNOWN["a pair holds for its limit alone"], "pair"),
    Rule(
        14,
        Mutant(
            "fees swept again",
            "What is behind the book's end is swept.",
            f"{DOMAIN}/house.py",
            "    amount_minor = sum(minor for sequence, minor in fees.collected"
            " if sequence > watermark)\n",
            "    amount_minor = sum(minor for _, minor in fees.collected)\n",
        ),
        "fees",
    ),
    Rule(
        15,
        Mutant(
            "home goes on after a takeover",
            "The race is lost, so decide again behind the winner.",
            f"{RUNTIME}/books.py",
            "        if home != self._region:\n",
            "        if home != self._region and not live.tip.sequence:\n",
        ),
        "takeover",
    ),
    Rule(
        15,
        Mutant(
            "late takeover takes the book back",
            "Whoever is told to take over takes over.",
            f"{RUNTIME}/books.py",
            "            is_other = from_epoch not in (None, live.tip.epoch)\n",
            "            is_other = False\n",
        ),
        "back",
    ),
)


@contextmanager
def left_out(mutant: Mutant) -> Iterator[None]:
    """Leave a rule out for a while, wherever its functions are loaded.

    What the rewritten file says outside of functions does not count, but in the modules that each
    process loads for itself.
    """
    path = ROOT / mutant.file
    code = compile(mutant.rewritten(path.read_text()), str(path), "exec")
    rewritten = dict(_functions_of(code))
    with ExitStack() as stack:
        stack.enter_context(processes.rewritten(code))
        modules = {*sys.modules.values(), *processes.shared_modules()}
        for module in [one for one in modules if _file_of(one) == str(path)]:
            for function in _loaded(vars(module), module.__name__):
                after = rewritten.get(function.__qualname__)
                if after is not None and after != function.__code__:
                    stack.callback(setattr, function, "__code__", function.__code__)
                    function.__code__ = after
        yield


def explored_without(rule: Rule, scenario: Scenario, deviations: int, seeds: int) -> Tally:
    """Leave a rule out, and play its scenario until something breaks, or to the end.

    First the schedules with few deviations, then those by chance.
    """
    first_broken(with_deviations(scenario, 0))
    with left_out(rule.left_out):
        tally = first_broken(with_deviations(scenario, deviations))
        if tally.found is not None:
            return tally
        chance = first_broken(by_chance(scenario, range(seeds)))
    chance.schedules += tally.schedules
    return chance


def _file_of(module: Any) -> str | None:
    return getattr(module, "__file__", None)


def _functions_of(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """Yield the code of all functions and methods of a file, by their qualified names."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant.co_qualname, constant
            yield from _functions_of(constant)


def _loaded(names: dict[str, Any], module: str) -> Iterator[FunctionType]:
    """Yield the functions and methods that a module or a class defines."""
    for value in list(names.values()):
        if isinstance(value, type) and value.__module__ == module:
            yield from _loaded(dict(vars(value)), module)
        function = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if isinstance(function, FunctionType) and function.__module__ == module:
            yield function
