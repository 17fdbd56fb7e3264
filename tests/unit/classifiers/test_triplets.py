import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from fritz.alerts.packet import read_packet
from fritz.classifiers.alert_inputs import AlertInputs, alert_inputs
from fritz.classifiers.triplets import PADDING, triplets
from tests.support.packets import fits_stamp, ztf_packet

NOISE = np.random.default_rng(1).normal(100, 10, (63, 63)).astype(np.float32)


def alert(science=NOISE, template=NOISE, difference=NOISE):
    stamps = {"science": science, "template": template, "difference": difference}
    return AlertInputs(1, {}, {k: v for k, v in stamps.items() if v is not None})


def reference(stamp):
    """The original's recipe, one stamp at a time (broker semantics, section 2.2)."""
    pixels = np.nan_to_num(stamp)
    pixels = pixels / np.linalg.norm(pixels)
    ny, nx = pixels.shape
    return np.pad(pixels, [(0, 63 - ny), (0, 63 - nx)], constant_values=1e-9)


def test_stamps_are_stacked_science_template_difference():
    parts = [NOISE, 2 * NOISE + 1, NOISE.T]
    array, failures = triplets([alert(*parts)])
    assert not failures
    assert array.shape == (1, 63, 63, 3)
    assert array.dtype == np.float32
    for plane, part in zip(np.moveaxis(array[0], -1, 0), parts, strict=True):
        np.testing.assert_array_equal(plane, reference(part))


def test_channels_first_holds_the_same_numbers():
    last, _ = triplets([alert()])
    first, _ = triplets([alert()], "nchw")
    assert first.flags.c_contiguous
    np.testing.assert_array_equal(first, last.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("shape", [(48, 63), (63, 62), (51, 63), (1, 1)])
def test_edge_stamps_are_padded_below_and_to_the_right_after_the_norm(shape):
    stamp = NOISE[: shape[0], : shape[1]]
    array, failures = triplets([alert(science=stamp)])
    assert not failures
    np.testing.assert_array_equal(array[0, :, :, 0], reference(stamp))
    if shape[0] < 63:
        assert (array[0, shape[0] :, :, 0] == PADDING).all()


def test_nan_pixels_become_zero():
    stamp = NOISE.copy()
    stamp[:10] = np.nan
    array, failures = triplets([alert(template=stamp)])
    assert not failures
    assert (array[0, :10, :, 1] == 0).all()
    np.testing.assert_array_equal(array[0, :, :, 1], reference(stamp))


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (None, "no_stamp"),
        (np.zeros((63, 63), np.float32), "blank_stamp"),
        (np.full((63, 63), np.nan, np.float32), "blank_stamp"),
        (np.ones((64, 63), np.float32), "stamp_shape"),
        (np.ones((0, 63), np.float32), "stamp_shape"),
        (np.ones(63, np.float32), "stamp_shape"),
    ],
    ids=["missing", "zeros", "all NaN", "too large", "empty", "no image"],
)
def test_a_bad_stamp_fails_its_alert_only(stamp, reason):
    array, failures = triplets([alert(), alert(difference=stamp), alert()])
    assert {i: f.reason for i, f in failures.items()} == {1: reason}
    assert "difference" in failures[1].detail
    np.testing.assert_array_equal(array[0], array[2])
    assert np.isfinite(array).all()


@pytest.mark.parametrize("value", [np.finfo(np.float32).min, np.inf, 3e38])
def test_one_pixel_of_the_lowest_float_blanks_the_stamp_as_in_training(value):
    stamp = NOISE.copy()
    stamp[5, 7] = value
    array, failures = triplets([alert(template=stamp)])
    assert not failures
    assert (array[0, :, :, 1] == 0).all()


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(1, 63), st.integers(1, 63)),
        elements=st.floats(-1e6, 1e6, width=32) | st.just(np.nan),
        fill=st.just(np.float32(7)),
    )
)
def test_whatever_the_pixels_a_plane_has_unit_norm_or_fails(stamp):
    array, failures = triplets([alert(difference=stamp)])
    if 0 in failures:
        assert not np.nan_to_num(stamp).any() or np.linalg.norm(np.nan_to_num(stamp)) < 1e-15
    else:
        inside = array[0, : stamp.shape[0], : stamp.shape[1], 2]
        assert np.linalg.norm(inside) == pytest.approx(1.0, abs=1e-5)


def test_stamps_are_decoded_from_the_packet_once_and_unreadable_ones_are_noted():
    good = fits_stamp(NOISE)
    (record,) = read_packet(ztf_packet(stamps=(good, good[:200], good))).records
    inputs = alert_inputs(record)
    assert set(inputs.stamps) == {"science", "difference"}
    assert set(inputs.bad_stamps) == {"template"}
    np.testing.assert_array_equal(inputs.stamps["science"], NOISE)
    _, failures = triplets([inputs])
    assert failures[0].reason == "bad_stamp"
    assert "template" in failures[0].detail
