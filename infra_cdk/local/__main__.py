"""What make calls before there is a virtual environment: ``python -m infra_cdk.local setup``."""

import sys

from infra_cdk.local.environments import layer, lock, setup
from infra_cdk.local.process import LocalCloudError
from infra_cdk.local.templates import templates

COMMANDS = {"setup": setup, "lock": lock, "layer": layer, "templates": templates}


def main(arguments: list[str]) -> int:
    """Run one command and return the exit code."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        sys.stderr.write(f"usage: python -m infra_cdk.local {'|'.join(COMMANDS)}\n")
        return 2
    try:
        COMMANDS[arguments[0]](lambda line: print(f"  {line}", flush=True))
    except LocalCloudError as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
