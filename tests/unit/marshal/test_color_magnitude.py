from datetime import UTC, datetime

import pytest

from fritz.marshal.annotation import Annotation
from fritz.marshal.color_magnitude import ColorKeys, ColorMagnitude, color_magnitudes

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def said(origin, **data):
    return Annotation(1, "ZTF26a", origin, data, (1,), 1, "admin", NOW, NOW)


def test_absolute_magnitude_is_of_ten_parsecs():
    (point,) = color_magnitudes(
        [said("cross_match_GAIA_DR3", Mag_G=15.0, Plx=10.0, A_G=0.5, mag_bp=15.5, MagRp=14.5)],
        ColorKeys(),
    )
    assert point == ColorMagnitude("cross_match_GAIA_DR3", 1.0, pytest.approx(15.0 - 5 - 0.5))


def test_what_the_catalogue_says_itself_goes_first():
    row = said("gaia", Mag_G=15.0, Plx=10.0, Mag_G_abs=4.0, color=0.3, Mag_Bp=1, Mag_Rp=9)
    assert color_magnitudes([row], ColorKeys()) == [ColorMagnitude("gaia", 0.3, 4.0)]


@pytest.mark.parametrize(
    "data",
    [{"Plx": 1.0, "color": 1}, {"Mag_G": 15, "Plx": -1.0, "color": 1}, {"Mag_G": 15, "Plx": 1},
     {"Mag_G": "15", "Plx": 1, "color": 1}],
)  # fmt: skip
def test_what_lacks_a_number_is_no_point(data):
    assert color_magnitudes([said("gaia", **data)], ColorKeys()) == []
    assert color_magnitudes([said("2mass", Mag_G_abs=1, color=1)], ColorKeys()) == []
