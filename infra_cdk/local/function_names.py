"""The names of the functions of the local cloud."""

from collections.abc import Mapping

from infra_cdk.local.paths import sources_folder

FUNCTION_PREFIX = "zerodesk-local-"


def function_of(config: Mapping[str, object]) -> str | None:
    """Return the folder of a deployed function in ``functions/``; None: it is none of ours."""
    name = str(config.get("FunctionName", ""))
    folder = name.removeprefix(FUNCTION_PREFIX)
    is_ours = folder != name and (sources_folder() / "functions" / folder / "handler.py").is_file()
    return folder if is_ours else None
