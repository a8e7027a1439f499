"""``cdk synth`` of every stage, with nothing by which AWS could know anybody."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra_cdk.local.environments import SETUP_LOG, tool_environment
from infra_cdk.local.paths import LAYERS, NODE_MODULES, ROOT
from infra_cdk.local.process import run

CDK: Final = NODE_MODULES / ".bin" / "cdk"


def synthesise(output: Path) -> None:
    """Synthesise every stage into a folder; this machine's layers stand for those of AWS.

    Raises
    ------
    LocalCloudError
        The app or the CLI failed; the text holds the last lines.
    """
    shutil.rmtree(output, ignore_errors=True)
    layers = {name: LAYERS / name.partition("_")[0] for name in ("vendor_layer", "numeric_layer")}
    run(
        [
            *(CDK, "synth", "--quiet", "--output", output, "-c", "stage=all"),
            *(part for name, folder in layers.items() for part in ("-c", f"{name}={folder}")),
        ],
        cwd=ROOT,
        environment=without_credentials(tool_environment()),
        log=SETUP_LOG,
    )


def without_credentials(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which no credentials of AWS are found.

    Neither in variables nor in the files of a home, nor at a machine's own address for them.

    Examples
    --------
    >>> found = without_credentials({"PATH": "/bin", "AWS_PROFILE": "mine"})
    >>> found["PATH"], "AWS_PROFILE" in found
    ('/bin', False)
    """
    kept = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    nowhere = "/nonexistent"
    return kept | {
        "AWS_CONFIG_FILE": nowhere,
        "AWS_SHARED_CREDENTIALS_FILE": nowhere,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
