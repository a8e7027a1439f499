"""The layers that every function stands on."""

from aws_cdk import IgnoreMode, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.settings import ROOT, RUNTIME, Settings

NOT_SHIPPED = ["**/__pycache__", "**/*.pyc", "**/.DS_Store"]
"""Byte code of another interpreter would only be ballast, and would change the hash."""

BUILT = ("Vendor", "Numeric")
"""Layers that were built for their interpreter, byte code and all."""


class Layers(Construct):
    """Third-party packages, the pure domain, what ties it to AWS; and numpy, for those that ask.

    ``versions`` are the layers of every function, ``numeric`` is the one more of those that price.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Layers")
        folders = {
            "Vendor": settings.vendor_layer,
            "Numeric": settings.numeric_layer,
            "Domain": ROOT / "layers" / "domain",
            "Runtime": ROOT / "layers" / "runtime",
        }
        made = {
            name: self._layer(
                name, str(folder), settings, exclude=[] if name in BUILT else NOT_SHIPPED
            )
            for name, folder in folders.items()
        }
        self.numeric = made.pop("Numeric")
        self.versions = list(made.values())

    def _layer(
        self, name: str, folder: str, settings: Settings, *, exclude: list[str]
    ) -> lambda_.LayerVersion:
        kept = settings.data_outlives_stack
        return lambda_.LayerVersion(
            self,
            name,
            layer_version_name=f"{settings.prefix}-{name.lower()}",
            code=lambda_.Code.from_asset(folder, exclude=exclude, ignore_mode=IgnoreMode.GIT),
            compatible_architectures=[architecture_of(settings)],
            compatible_runtimes=[runtime()],
            # A function that is rolled back needs the layer version that it was published with.
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )


def architecture_of(settings: Settings) -> lambda_.Architecture:
    """Return the CDK's name of the processor that functions and layers are built for."""
    if settings.architecture == "arm64":
        return lambda_.Architecture.ARM_64
    return lambda_.Architecture.X86_64


def runtime() -> lambda_.Runtime:
    """Return the CDK's name of the interpreter that everything runs on."""
    return lambda_.Runtime(RUNTIME, lambda_.RuntimeFamily.PYTHON)
