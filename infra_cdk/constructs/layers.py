"""The layers that every function stands on."""

import sys
from pathlib import Path

from aws_cdk import Annotations, IgnoreMode, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra_cdk.constructs.packages import LAYER_ROOT, NOT_SHIPPED, compiled, has_byte_code
from infra_cdk.settings import ROOT, RUNTIME, Settings


class Layers(Construct):
    """Third-party packages, the pure domain, what ties it to AWS; and numpy, for those that ask.

    ``versions`` are the layers of every function, ``numeric`` is the one more of those that price.
    """

    def __init__(self, scope: Construct, *, settings: Settings) -> None:
        super().__init__(scope, "Layers")
        # Built and compiled by `make setup` and `make layer`.
        built = {"Vendor": settings.vendor_layer, "Numeric": settings.numeric_layer}
        vendor, self.numeric = (
            self._layer(name, lambda_.Code.from_asset(str(folder)), settings)
            for name, folder in built.items()
        )
        self.versions = [vendor]
        for name in ("Domain", "Runtime"):
            code = _own(ROOT / "layers" / name.lower(), settings)
            self.versions.append(self._layer(name, code, settings))
        if settings.ships_byte_code and not has_byte_code():
            Annotations.of(self).add_warning_v2(
                "zerodesk:byte-code",
                f"Functions and layers go without byte code: this is Python "
                f"{sys.version_info.major}.{sys.version_info.minor}, and they run on {RUNTIME}. "
                f"Cold starts take longer; synthesise with {RUNTIME} to mend it.",
            )

    def _layer(
        self, name: str, code: lambda_.AssetCode, settings: Settings
    ) -> lambda_.LayerVersion:
        kept = settings.data_outlives_stack
        return lambda_.LayerVersion(
            self,
            name,
            layer_version_name=f"{settings.prefix}-{name.lower()}",
            code=code,
            compatible_architectures=[architecture_of(settings)],
            compatible_runtimes=[runtime()],
            # A function that is rolled back needs the layer version that it was published with.
            removal_policy=RemovalPolicy.RETAIN if kept else RemovalPolicy.DESTROY,
        )


def _own(folder: Path, settings: Settings) -> lambda_.AssetCode:
    if settings.ships_byte_code and has_byte_code():
        return lambda_.Code.from_asset(str(compiled(folder, root=LAYER_ROOT)))
    return lambda_.Code.from_asset(
        str(folder), exclude=list(NOT_SHIPPED), ignore_mode=IgnoreMode.GIT
    )


def architecture_of(settings: Settings) -> lambda_.Architecture:
    """Return the CDK's name of the processor that functions and layers are built for."""
    if settings.architecture == "arm64":
        return lambda_.Architecture.ARM_64
    return lambda_.Architecture.X86_64


def runtime() -> lambda_.Runtime:
    """Return the CDK's name of the interpreter that everything runs on."""
    return lambda_.Runtime(RUNTIME, lambda_.RuntimeFamily.PYTHON)
