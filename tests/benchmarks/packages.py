"""How large what is shipped is: each layer and each function, as it lies there and zipped.

    .venv/bin/python -m tests.benchmarks.packages

needs the layers (``make layer`` for the one of AWS). Bytes of the files, without the file system's.
"""

import io
import zipfile
from fnmatch import fnmatch
from pathlib import Path

from infra_cdk.constructs.packages import NOT_SHIPPED
from infra_cdk.settings import ROOT

LAYERS = {
    "vendor, arm64": ROOT / ".local" / "layers" / "vendor-arm64",
    "vendor, this machine": ROOT / ".local" / "layers" / "vendor",
    "numeric, arm64": ROOT / ".local" / "layers" / "numeric-arm64",
    "numeric, this machine": ROOT / ".local" / "layers" / "numeric",
    "domain": ROOT / "layers" / "domain",
    "runtime": ROOT / "layers" / "runtime",
}
KILOBYTE = 1_000


def main() -> None:
    """Measure and print."""
    print("| package | kB | zipped |\n|---|---|---|")
    for name, folder in LAYERS.items():
        print_row(name, folder, keep_byte_code=name.startswith(("vendor", "numeric")))
    for handler in sorted((ROOT / "functions").glob("*/handler.py")):
        print_row(handler.parent.name, handler.parent, keep_byte_code=False)


def print_row(name: str, folder: Path, *, keep_byte_code: bool) -> None:
    """Print the size of one package, which must be there."""
    ignored = () if keep_byte_code else NOT_SHIPPED
    files = [path for path in folder.rglob("*") if path.is_file() and _ships(path, ignored)]
    if not files:
        raise FileNotFoundError(f"{folder}: nothing there, build it first")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            archive.write(path, path.relative_to(folder))
    size = sum(path.stat().st_size for path in files)
    print(f"| {name} | {size // KILOBYTE:,} | {len(packed.getvalue()) // KILOBYTE:,} |")


def _ships(path: Path, ignored: tuple[str, ...]) -> bool:
    return not any(fnmatch(part, pattern) for part in path.parts for pattern in ignored)


if __name__ == "__main__":
    main()
