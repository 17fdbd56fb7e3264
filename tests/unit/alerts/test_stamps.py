import gzip
import io
import random
import struct
import zlib

import numpy as np
import pytest
from astropy.io import fits

from fritz.alerts.packet import read_packet
from fritz.alerts.stamp_images import alert_strip_png, padded, stamp_png, strip_png
from fritz.alerts.stamps import read_stamp
from fritz.errors import Poison
from tests.plugins.must_run import kit
from tests.support.packets import fits_stamp, ztf_packet

pytestmark = pytest.mark.filterwarnings("ignore::astropy.io.fits.verify.VerifyWarning")


def by_astropy(data):
    with fits.open(io.BytesIO(gzip.decompress(data))) as hdus:
        return hdus[0].data


def pixels(png):
    """Width, height and palette entries of a PNG file, by the book."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, chunks = 8, {}
    while at < len(png):
        (length,) = struct.unpack_from(">I", png, at)
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack_from(">I", png, at + 8 + length)[0]
        chunks[kind] = body
        at += 12 + length
    width, height, depth, colour = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert (depth, colour, len(chunks[b"PLTE"])) == (8, 3, 768)
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, width + 1)
    assert not rows[:, 0].any()
    return rows[:, 1:]


@pytest.mark.parametrize("shape", [(63, 63), (48, 63), (63, 1), (51, 20)])
def test_a_stamp_reads_as_astropy_reads_it(shape):
    values = np.random.default_rng(1).normal(100, 30, shape)
    values[0, 0] = np.nan
    found = read_stamp(fits_stamp(values))
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, by_astropy(fits_stamp(values)))


@pytest.mark.parametrize("kind", ["u1", "i2", "i4", "i8", "f4", "f8"])
def test_every_kind_of_pixel_is_read(kind):
    out = io.BytesIO()
    fits.PrimaryHDU(np.arange(12, dtype=kind).reshape(3, 4)).writeto(out)
    np.testing.assert_array_equal(
        read_stamp(gzip.compress(out.getvalue())), np.arange(12).reshape(3, 4)
    )


def test_scaled_pixels_are_unscaled():
    out = io.BytesIO()
    fits.PrimaryHDU(np.arange(6, dtype="u2").reshape(2, 3)).writeto(out)  # as BZERO 32768
    np.testing.assert_array_equal(read_stamp(out.getvalue()), np.arange(6).reshape(2, 3))


def header(**cards):
    values = {"SIMPLE": "T", "BITPIX": -32, "NAXIS": 2, "NAXIS1": 63, "NAXIS2": 63} | cards
    text = "".join(f"{k:8s}= {v:>20}".ljust(80) for k, v in values.items() if v is not None)
    return (text + "END".ljust(80)).ljust(2880).encode()


BODY = bytes(4 * 63 * 63)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "bad_stamp"),
        (b"not a stamp", "bad_stamp"),
        (b"\x1f\x8b", "truncated"),
        (b"\x1f\x8bnot gzip at all", "bad_stream"),
        (gzip.compress(b"SIMPLE", mtime=0), "bad_stamp"),
        (fits_stamp()[:-4000], "truncated"),
        (gzip.compress(bytes(50_000_000), mtime=0), "bomb"),
        (bytes(4_000_000), "too_large"),
        (header() + BODY[:-1], "truncated"),
        (header(NAXIS1=10**9) + BODY, "bad_stamp"),
        (header(NAXIS1=0) + BODY, "bad_stamp"),
        (header(NAXIS1=-63, NAXIS2=-63) + BODY, "bad_stamp"),
        (header(NAXIS1=None) + BODY, "bad_stamp"),
        (header(NAXIS1="wide") + BODY, "bad_stamp"),
        (header(BITPIX=12) + BODY, "bad_stamp"),
        (header(NAXIS=3) + BODY, "bad_stamp"),
        (header(SIMPLE=None) + BODY, "bad_stamp"),
        (b" " * 80_000, "bad_stamp"),
    ],
)
def test_what_is_no_stamp_is_poison(data, reason):
    with pytest.raises(Poison) as caught:
        read_stamp(data)
    assert caught.value.reason == reason


def test_mutated_stamps_read_or_are_poison():
    dice, outcomes = random.Random(5), set()
    raw = gzip.decompress(fits_stamp())
    for number in range(600):
        data = bytearray(raw if number % 2 else fits_stamp())
        for _ in range(dice.choice((1, 4))):
            data[dice.randrange(min(len(data), 700))] = dice.randrange(256)
        try:
            outcomes.add(read_stamp(bytes(data)).ndim)
        except Poison as poison:
            outcomes.add(poison.reason)
    assert {2, "bad_stamp"} <= outcomes


# --- pictures ---------------------------------------------------------------------------------


def test_the_first_row_is_painted_on_top():
    stamp = np.zeros((63, 63), np.float32)
    stamp[0, :] = 1.0
    painted = pixels(stamp_png(stamp, "linear"))
    assert painted.shape == (63, 63)
    assert (painted[0] == 254).all()
    assert (painted[1:] == 0).all()


@pytest.mark.parametrize("stretch", ["asinh", "log", "linear"])
def test_brighter_is_brighter_and_the_missing_stands_out(stretch):
    ramp = np.linspace(-5, 500, 63 * 63, dtype=np.float32).reshape(63, 63)
    ramp[10, 10] = np.nan
    painted = pixels(stamp_png(ramp, stretch))
    assert painted[10, 10] == 255
    rest = np.delete(painted.ravel(), 10 * 63 + 10).astype(int)
    assert (np.diff(rest) >= 0).all()
    assert (rest.min(), rest.max()) == (0, 254)


@pytest.mark.parametrize("value", [0.0, 7.0, np.nan, np.inf])
def test_a_stamp_of_one_value_can_be_painted(value):
    painted = pixels(stamp_png(np.full((63, 63), value, np.float32)))
    assert len(np.unique(painted)) == 1


def test_a_strip_has_three_stamps_with_gaps():
    stamp = read_stamp(fits_stamp())
    painted = pixels(strip_png([stamp, None, stamp]))
    assert painted.shape == (63, 3 * 63 + 2 * 3)
    assert (painted[:, 63:132] == 255).all()
    assert (painted[:, :63] != 255).all()


@pytest.mark.parametrize(
    ("xpos", "ypos", "corner"),
    [(10.0, 20.0, (13, 23)), (3060.0, 3070.0, (0, 0)), (None, None, (0, 0))],
)
def test_an_edge_stamp_is_filled_up_where_it_was_cut(xpos, ypos, corner):
    full = padded(np.ones((50, 40), np.float32), xpos, ypos)
    rows, columns = np.nonzero(np.isfinite(full))
    assert full.shape == (63, 63)
    assert (rows.min(), columns.min()) == corner
    assert np.isfinite(full).sum() == 50 * 40


def test_an_alerts_strip_is_painted_even_without_stamps():
    [record] = read_packet(ztf_packet()).records
    assert len(np.unique(pixels(alert_strip_png(record)))) > 50
    record.data["cutoutTemplate"] = None
    assert (pixels(alert_strip_png(record))[:, 63:132] == 255).all()


# --- the real thing ---------------------------------------------------------------------------


def real_records():
    for path in sorted(kit("alerts/ztf").glob("*.avro")):
        yield from read_packet(path.read_bytes()).records


def test_real_stamps_read_as_astropy_reads_them():
    compared, shapes = 0, set()
    for record in real_records():
        for kind in ("science", "template", "difference"):
            data = record.stamp(kind)
            if data is None:
                continue
            found = read_stamp(data)
            np.testing.assert_array_equal(found, by_astropy(data).astype(np.float32))
            compared += 1
            shapes.add(found.shape)
    assert compared == 1827
    assert len(shapes) == 5


def test_an_edge_stamps_object_lands_in_the_middle():
    """The candidate's own pixel is the 32nd of the 63 that the stamp would have."""
    for record in real_records():
        x, y = record.candidate["xpos"], record.candidate["ypos"]
        data = record.stamp("science")
        if data is None or x is None or read_stamp(data).shape == (63, 63):
            continue
        stamp = np.nan_to_num(padded(read_stamp(data), x, y), nan=-1e9)
        assert stamp[30:33, 30:33].max() > np.percentile(stamp[stamp > -1e8], 98)


def test_north_is_up_and_east_is_left():
    """Where the reference image's nearest source is away from the candidate, its light shows it."""
    votes = []
    for record in real_records():
        candidate, data = record.candidate, record.stamp("template")
        far = candidate["distnr"] is not None and 3 < candidate["distnr"] < 25
        if data is None or not far or not (candidate["magnr"] or 99) < 19:
            continue
        stamp = np.nan_to_num(read_stamp(data))
        cos = np.cos(np.radians(candidate["dec"]))
        east = (candidate["ranr"] - candidate["ra"]) * cos * 3600 / 1.01
        north = (candidate["decnr"] - candidate["dec"]) * 3600 / 1.01
        ends = {}
        for right, down in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
            x, y = round(31 + right * east), round(31 + down * north)
            ends[right, down] = stamp[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].mean()
        votes.append(max(ends, key=ends.get))
    assert votes.count((-1, -1)) > 0.7 * len(votes)
