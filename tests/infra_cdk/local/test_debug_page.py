"""The place at which the page on debugging stops is one where the page's names are known."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

REPOSITORY = Path(__file__).parents[3]
PAGE = (REPOSITORY / "docs" / "development.md").read_text()


def codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from codes(inner)


def test_the_debugger_stops_where_the_page_says_and_knows_the_name_that_it_prints() -> None:
    [(file, line)] = re.findall(r"--break (\S+\.py):([0-9]+)", PAGE)
    [name] = re.findall(r"`p (\w+)\.", PAGE)
    module = compile((REPOSITORY / file).read_text(), file, "exec")
    [here] = [one for one in codes(module) if int(line) in {at for *_, at in one.co_lines()}]
    assert name in here.co_varnames
