"""The names of the functions of the local cloud."""

from collections.abc import Mapping

from infra_cdk.local.paths import sources_folder
from infra_cdk.local.process import UsageError

FUNCTION_PREFIX = "zerodesk-local-"


def no_function(name: str) -> UsageError:
    """Return the error of a name that is none of a function."""
    return UsageError(f"there is no function {name!r}: the folders of functions/ are their names")


def function_of(config: Mapping[str, object]) -> str | None:
    """Return the folder of a deployed function in ``functions/``; None: it is none of ours."""
    name = str(config.get("FunctionName", ""))
    folder = name.removeprefix(FUNCTION_PREFIX)
    is_ours = folder != name and (sources_folder() / "functions" / folder / "handler.py").is_file()
    return folder if is_ours else None
