import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.errors import Invalid
from fritz.sky.coordinates import galactic, sexagesimal
from fritz.sky.parsing import parse_position


@pytest.mark.parametrize(
    "text",
    [
        "152.0 21.714278", "152.0, 21.714278", "152.0 +21.714278", "152.0+21.714278",
        "152d 21.714278d", "152.0 deg, 21.714278 deg", "152° 21.714278°",
        "RA 152.0 Dec 21.714278", "ra=152.0, dec=21.714278", "R.A.: 152 Decl.: +21.714278",
        "(152.0, 21.714278)",
        "\u03b1=152 \u03b4=+21.714278", "10h 21.714278d", "10:08:00 +21:42:51.4",
        "10 08 00 21 42 51.4", "10 08 00.0 +21 42 51.4", "10h08m00.0s +21d42m51.4s",
        "10h08m +21d42m51.4s", "10h08m00s 21.714278", "10:08:00,21:42:51.4",
        "10h 08m 00s, 21° 42\u2032 51.4\u2033",
        "10ʰ08ᵐ00ˢ +21°42\u203251.4\u2033", "J100800.0+214251.4",
        "SDSS J100800.00+214251.4", "ZTF J100800+214251.4", "100800.0 +214251.4",
        "J2000 10:08:00 +21:42:51.4", "10 hours 8 minutes 21 deg 42 min 51.4 sec",
        "152d00m00s +21d42m51.4s", "  10:08:00.0\t+21:42:51.4  ", "ICRS 152.0 21.714278",
    ],
)  # fmt: skip
def test_one_place_however_it_is_written(text):
    found = parse_position(text)
    wanted = 150.0 if text.startswith(("10h 21",)) else 152.0
    assert found.ra == pytest.approx(wanted, abs=2e-6)
    assert found.dec == pytest.approx(21.714278, abs=2e-6)


@pytest.mark.parametrize(
    ("text", "ra", "dec"),
    [
        ("0 -90", 0.0, -90.0), ("359.9999 \u22120.5", 359.9999, -0.5),
        ("00:00:01 -00:00:30", 1 / 240, -1 / 120),
        ("J000001.0-000030", 1 / 240, -1 / 120), ("12.5h -1d30m", 187.5, -1.5),
        ("l=0 b=0", 266.404996, -28.936174), ("gal 0, 0", 266.404996, -28.936174),
        ("galactic 122.932 27.128", 192.859, 89.0), ("83.633 22.014", 83.633, 22.014),
    ],
)  # fmt: skip
def test_signs_hours_and_the_galaxy(text, ra, dec):
    found = parse_position(text)
    if text.startswith("galactic"):  # the north celestial pole
        assert found.dec > 89.9
        return
    assert (found.ra, found.dec) == pytest.approx((ra, dec), abs=2e-6)


@given(st.floats(0, 359.9999), st.floats(-89.9999, 89.9999))
@settings(max_examples=60)
def test_what_fritz_writes_it_reads(ra, dec):
    for text in (" ".join(sexagesimal(ra, dec)), f"{ra:.7f} {dec:+.7f}"):
        found = parse_position(text)
        assert abs((found.ra - ra + 180) % 360 - 180) < 1e-5
        assert found.dec == pytest.approx(dec, abs=1e-5)
    around = parse_position("l={:.8f} b={:.8f}".format(*map(float, galactic(ra, dec))))
    assert around.dec == pytest.approx(dec, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "two coordinates"), ("152.0", "two coordinates"), ("ZTF26aaaaaaa", "no position"),
        ("SN 2026abc", "no position"), ("370 10", "0 to 360"), ("10 91", "-90 to 90"),
        ("10:61:00 +20:00:00", "less than 60"), ("10 -08 00 +21", "no position"),
        ("1 2 3", "two coordinates"), ("152.0 fish", "no position"), ("1" * 101, "at most 100"),
        ("-5 10", "0 to 360"), ("1,2,3", "two coordinates"), ("nan nan", "two coordinates"),
    ],
)  # fmt: skip
def test_what_is_no_position_is_said(text, said):
    with pytest.raises(Invalid, match=said):
        parse_position(text)
