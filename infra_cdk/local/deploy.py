"""Bring the CDK app to the local cloud, by the same CLI that brings it to AWS."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from infra_cdk.local.aws import ACCOUNT, REGION, LocalSession
from infra_cdk.local.cloud import aws_environment
from infra_cdk.local.environments import STAMPS
from infra_cdk.local.paths import NODE_MODULES, ROOT, TOOLS, state_folder
from infra_cdk.local.process import Progress, run

APP = ".venv/bin/python -m infra_cdk.app"
"""Relative: the CLI hands it to a shell, and a checkout may have a space in its path."""

CONTEXT = ("-c", "stage=local")
TOOLKIT_STACK = "CDKToolkit"
DEPLOYED_PARAMETER = "/zerodesk/local/deployed"
"""Digest of the sources of the deployment, kept in the cloud itself: a cloud that fell back to an
older snapshot then knows by itself what it runs."""

SOURCES = (
    "functions",
    "layers/domain",
    "layers/runtime",
    "infra_cdk",
    "events",
    "cdk.json",
    "package-lock.json",
)
NOT_SOURCES = ("__pycache__", "local")

STACK_IS_DONE = "✅"
"""How the CLI begins the line that names a deployed stack."""

API_STACK = "zerodesk-local-api"
DATA_STACK = "zerodesk-local-data"


def deploy(endpoint: str, progress: Progress) -> None:
    """Synthesise and deploy the app, unless the cloud already runs exactly these sources.

    Raises
    ------
    LocalCloudError
        Synthesis or deployment failed; the text holds the CLI's last lines.
    """
    digest = digest_of_sources()
    session = LocalSession(endpoint)
    if _deployed(session) == digest:
        return
    assembly = str(state_folder() / "cdk.out")
    progress("synthesising the CDK app")
    _cdk(endpoint, "synth", "--quiet", "--app", APP, "--output", assembly, *CONTEXT)
    if not _stack_exists(session, TOOLKIT_STACK):
        progress("bootstrapping the CDK's own stack")
        _cdk(endpoint, "bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", assembly)
    progress("deploying to the local cloud (cdk deploy)")

    def tell_of_stack(line: str) -> None:
        if line.startswith(STACK_IS_DONE):
            progress(line.removeprefix(STACK_IS_DONE).strip())

    _cdk(
        endpoint,
        *("deploy", "**", "--app", assembly, "--require-approval", "never"),
        *("--concurrency", "3", "--progress", "events"),
        watch=tell_of_stack,
    )
    session.client("ssm").put_parameter(
        Name=DEPLOYED_PARAMETER, Value=digest, Type="String", Overwrite=True
    )


def outputs(session: LocalSession, stack: str) -> dict[str, str]:
    """Return the outputs of a stack by name."""
    described: Any = session.client("cloudformation").describe_stacks(StackName=stack)
    return {each["OutputKey"]: each["OutputValue"] for each in described["Stacks"][0]["Outputs"]}


def api_url(endpoint: str, api_outputs: Mapping[str, str]) -> str:
    """Return where the API answers locally.

    The address among the outputs is the one of AWS; its last part is the stage.
    """
    stage = api_outputs["ApiUrl"].rstrip("/").rpartition("/")[2]
    return f"{endpoint}/_aws/execute-api/{api_outputs['ApiId']}/{stage}"


def digest_of_sources() -> str:
    """Identify everything that a deployment is made from."""
    return digest_of(_source_files(), extra=sys.version)


def digest_of(files: Iterable[Path], *, extra: str) -> str:
    """Identify files by their names, below the checkout, and their contents."""
    digest = hashlib.sha256(extra.encode())
    for path in sorted(files):
        digest.update(f"\n{path.relative_to(ROOT)}\n".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _source_files() -> list[Path]:
    files = [STAMPS / "vendor"]
    for name in SOURCES:
        source = ROOT / name
        found = source.rglob("*") if source.is_dir() else [source]
        files += [path for path in found if path.is_file() and not _is_no_source(path)]
    return files


def _is_no_source(path: Path) -> bool:
    return any(part in NOT_SOURCES for part in path.relative_to(ROOT).parts)


def _deployed(session: LocalSession) -> str | None:
    client = session.client("ssm")
    try:
        return str(client.get_parameter(Name=DEPLOYED_PARAMETER)["Parameter"]["Value"])
    except client.exceptions.ParameterNotFound:
        return None


def _stack_exists(session: LocalSession, name: str) -> bool:
    client = session.client("cloudformation")
    try:
        return bool(client.describe_stacks(StackName=name)["Stacks"])
    except client.exceptions.ClientError:
        return False


def _cdk(endpoint: str, *arguments: str, watch: Progress = lambda _: None) -> None:
    environment = aws_environment(endpoint) | {
        "CDK_HOME": str(TOOLS / "cdk"),
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(TOOLS / "jsii"),
    }
    run(
        [NODE_MODULES / ".bin" / "cdk", "--ci", "--no-color", *arguments],
        cwd=ROOT,
        environment=environment,
        log=state_folder() / "log" / "deploy.log",
        watch=watch,
    )
