import pytest

from fritz.marshal.finder import Star, finder_chart


def star(east_arcsec, north_arcsec, mag):
    return Star(150.0 + east_arcsec / 3600, north_arcsec / 3600, mag)


def test_brightest_of_the_useful_stars_are_offset_from_nearest_first():
    stars = [
        star(60, 0, 14.0), star(-30, 40, 13.0), star(0, -100, 12.0), star(10, 10, 17.0),
        star(2, 0, 12.5), star(50, 50, 9.0), star(20, 20, 19.5), star(300, 0, 12.0),
    ]  # fmt: skip
    chart = finder_chart("ZTF26aaaaaaa", 150.0, 0.0, stars, "Gaia_DR3")
    assert [each.star.mag for each in chart.offsets] == [13.0, 14.0, 12.0]
    way = chart.offsets[0]
    assert (way.east_arcsec, way.north_arcsec) == pytest.approx((30.0, -40.0), abs=1e-3)
    assert way.separation_arcsec == pytest.approx(50.0, abs=1e-3)
    assert len(chart.stars) == 7  # the one beyond the field is not drawn


def test_without_stars_there_is_a_chart_all_the_same():
    chart = finder_chart("ZTF26aaaaaaa", 150.0, 0.0, [], None)
    assert (chart.stars, chart.offsets, chart.catalog) == ((), (), None)
