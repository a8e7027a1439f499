"""The CDK app. ``cdk synth -c stage=dev`` picks an environment; ``local`` is the default.

Context: ``stage`` (a name in ``infra_cdk.settings.ENVIRONMENTS``), ``account``, ``vendor_layer``.
Needs neither AWS credentials nor a network.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import App

from infra_cdk.settings import load
from infra_cdk.stages import ZerodeskStage

DEFAULT_ENVIRONMENT = "local"


def build(
    *,
    environments: Sequence[str] = (),
    context: Mapping[str, Any] | None = None,
    outdir: str | None = None,
) -> App:
    """Return the app with its stages.

    Parameters
    ----------
    environments
        Which to build; empty for the one that the context names.
    context
        Added to what ``cdk`` passes on.
    outdir
        Where the templates and assets go; None for where ``cdk`` wants them.

    Raises
    ------
    infra_cdk.settings.SettingsError
        An environment is unknown or a setting wrong.
    """
    app = App(context=context, outdir=outdir, analytics_reporting=False, tree_metadata=False)
    named = str(app.node.try_get_context("stage") or DEFAULT_ENVIRONMENT)
    for environment in environments or (named,):
        ZerodeskStage(app, load(environment, app.node.try_get_context))
    return app


if __name__ == "__main__":
    build().synth()
