"""Pictures of a fit: drawn by a real library, one panel an expiry."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.zerodesk.pricing.surfaces.chains import EXPIRIES, a_chain
from zerodesk.pricing.surfaces.calibration import Calibration, calibrate
from zerodesk_client.plots.surface import draw

AS_OF = datetime(2026, 11, 2, 16, 0, tzinfo=UTC)
DAYS = {float(years): AS_OF + timedelta(days=365.0 * float(years)) for years in EXPIRIES}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def calibration() -> Calibration:
    return calibrate(a_chain(noise=0.5).chain, underlying="XYZ", as_of=AS_OF.isoformat())


def test_a_png_is_a_picture_of_a_page(calibration: Calibration, tmp_path: Path) -> None:
    path = tmp_path / "surface.png"
    draw(calibration, path, DAYS)
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert width >= 1_500
    assert height >= 1_500


def test_an_svg_has_a_panel_for_each_expiry(calibration: Calibration, tmp_path: Path) -> None:
    draw(calibration, tmp_path / "one.svg", DAYS)
    tree = ET.parse(tmp_path / "one.svg")  # noqa: S314 - written a line above
    panels = [
        group.get("id", "")
        for group in tree.iter(f"{SVG}g")
        if group.get("id", "").startswith("axes")
    ]
    # The expiries, then the surface, the term structure and its second axis, residuals, a bar.
    assert len(panels) == EXPIRIES.size + 5


def test_another_kind_of_picture_is_refused(calibration: Calibration, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends with \.png or \.svg"):
        draw(calibration, tmp_path / "surface.pdf", DAYS)
