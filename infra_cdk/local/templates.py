"""cfn-lint and checkov over the templates of every stage, but for rules with a reason against them.

In an environment of their own, built when first asked for: ``make templates``.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra_cdk.local.environments import SETUP_LOG, TEMPLATE_TOOLS, build_if_changed
from infra_cdk.local.paths import ROOT, TOOLS
from infra_cdk.local.process import Progress, run
from infra_cdk.local.synthesis import synthesise

ASSEMBLY: Final = TOOLS / "templates"

CFN_LINT_LEAVES_OUT: Final[Mapping[str, str]] = {
    "E1022": "knows no Fn::GetStackOutput, by which CDK refers to other stacks",
    "W3005": "a dependency that a reference implies: CDK writes both",
}
CHECKOV_LEAVES_OUT: Final[Mapping[str, str]] = {
    "CKV_AWS_18": "access logs of the bucket: what is in it is believed only with the journal",
    "CKV_AWS_21": "versions of objects: each is written once, under a name with its hash",
    "CKV_AWS_27": "queues are encrypted with a key of SQS; the rule counts keys of KMS alone",
    "CKV_AWS_26": "the topic holds names of alarms; a key would have to be opened to CloudWatch",
    "CKV_AWS_73": "X-Ray: wants a wildcard resource in each role, see NO_TRACES",
    "CKV_AWS_111": "the account's role for the logs of API Gateway, as AWS's own policy has it",
    "CKV_AWS_115": "reserved for intake alone: reserving for all takes from the shared rest",
    "CKV_AWS_116": "failures of woken functions have a destination; others a caller or a queue",
    "CKV_AWS_117": "a network of its own: the functions call AWS alone, each with its narrow role",
    "CKV_AWS_120": "a cache of answers: books change with every order",
    "CKV_AWS_158": "a key for logs: they hold ids and no secret, and are encrypted by AWS",
    "CKV_AWS_173": "a key for environment variables: they hold names of resources and no secret",
}


def templates(progress: Progress) -> None:
    """Synthesise every stage and check the templates.

    Raises
    ------
    LocalCloudError
        A rule found something; the text holds the last lines.
    """
    build_if_changed(TEMPLATE_TOOLS, progress)
    progress("synthesising every stage")
    files = _synthesised()
    tools = TEMPLATE_TOOLS.folder / "bin"
    progress(f"cfn-lint, {len(files)} templates")
    ignored = [flag for rule in CFN_LINT_LEAVES_OUT for flag in ("--ignore-checks", rule)]
    run([tools / "cfn-lint", *ignored, "--", *files], cwd=ROOT, log=SETUP_LOG)
    progress(f"checkov, {len(files)} templates")
    run(
        [
            *(tools / "python", "-m", "checkov.main", "--quiet", "--compact"),
            *("--framework", "cloudformation", "--skip-check", ",".join(CHECKOV_LEAVES_OUT)),
            *(part for file in files for part in ("--file", file)),
        ],
        cwd=ROOT,
        # It would otherwise ask its maker for rules and for the newest version.
        environment=dict(os.environ) | {"CHECKOV_RUN_SCA_PACKAGE_SCAN": "false"},
        log=SETUP_LOG,
    )


def _synthesised() -> list[Path]:
    """Return the templates of all stages but the local one, which never meets AWS."""
    synthesise(ASSEMBLY)
    found = sorted(ASSEMBLY.glob("assembly-*/*.template.json"))
    return [path for path in found if "assembly-local-" not in str(path)]
