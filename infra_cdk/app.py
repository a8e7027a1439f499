"""The CDK app. ``cdk synth -c stage=dev`` picks an environment; ``local`` is the default.

Context: ``stage`` (a name in ``infra_cdk.settings.ENVIRONMENTS``, or ``all``), ``account``,
``alarm_email``, ``profile`` (single, continental or global) ``vendor_layer`` and
``numeric_layer``. An environment
has a stage for each of its regions: ``production-eu-west-1``.

Needs neither AWS credentials nor a network.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import App

from infra_cdk.settings import ENVIRONMENTS, load
from infra_cdk.stages import ZerodeskStage

DEFAULT_ENVIRONMENT = "local"
ALL = "all"


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
    for environment in environments or (tuple(ENVIRONMENTS) if named == ALL else (named,)):
        for settings in load(environment, app.node.try_get_context):
            ZerodeskStage(app, settings)
    return app


if __name__ == "__main__":
    build().synth()
