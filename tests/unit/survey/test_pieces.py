"""The parts of the survey simulator, one by one."""

import gzip
import io
from collections import defaultdict

import fastavro
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulators.survey import lightcurves, simulate
from emulators.survey.avro import CANDIDATE, FORCED, PREVIOUS, Alert, pack
from emulators.survey.draws import Draws, mix
from emulators.survey.fits import pack_stamp
from emulators.survey.identity import object_id
from emulators.survey.populations import ALL_KINDS
from emulators.survey.schedule import field_history, night_exposures
from emulators.survey.sky import FIELDS, sky_position
from emulators.survey.stamps import Scene, render


def test_a_draw_depends_on_its_key_and_name_alone():
    together = Draws(mix(1, np.arange(50))).normal("flux")
    alone = Draws(mix(1, np.array([17]))).normal("flux")
    assert alone[0] == together[17]
    assert (Draws(mix(1, np.arange(50))).normal("sky") != together).all()


def test_draws_are_spread_as_they_say():
    draw = Draws(mix(3, np.arange(40_000)))
    assert abs(draw.uniform("u").mean() - 0.5) < 0.01
    assert abs(draw.normal("n", 2.0, 3.0).std() - 3.0) < 0.06
    counts = np.bincount(draw.choice("c", [1.0, 2.0, 1.0]))
    np.testing.assert_allclose(counts / 40_000, [0.25, 0.5, 0.25], atol=0.02)


@given(st.integers(-(2**63), 2**63 - 1), st.text(max_size=40), st.floats(width=32))
@settings(max_examples=60, deadline=None)
def test_what_is_packed_is_read_back(number, text, value):
    columns = {name: [number] for name in CANDIDATE.names}
    for name, kind in zip(CANDIDATE.names, CANDIDATE.kinds, strict=True):
        if kind == "int":
            columns[name] = [number % 2**31]
        if kind in {"float", "double"}:
            columns[name] = np.array([value])
        if kind == "string":
            columns[name] = [text]
    limit = {"jd": np.array([1.5]), "fid": [2], "pid": [number], "programid": [1]}
    limit["rbversion"] = [text]
    alert = Alert(
        "publisher", text, number, CANDIDATE.encode(columns, 1)[0], PREVIOUS.encode(limit, 1), [],
        [("a", b"1"), ("b", b""), ("c", b"3")],
    )  # fmt: skip
    read = next(fastavro.reader(io.BytesIO(pack(alert))))
    assert read["candid"] == number
    assert read["candidate"]["objectidps1"] == number
    assert read["candidate"]["rbversion"] == text
    assert read["prv_candidates"][0]["pid"] == number
    assert read["prv_candidates"][0]["magpsf"] is None
    assert read["fp_hists"] is None
    assert read["cutoutDifference"] == {"fileName": "c", "stampData": b"3"}
    np.testing.assert_equal(read["candidate"]["magpsf"], value)


def test_the_schema_has_the_records_that_are_written():
    assert CANDIDATE.names[0] == "jd"
    assert {"drb", "exptime"} <= set(CANDIDATE.names) - set(PREVIOUS.names)
    assert "procstatus" in FORCED.names


def test_object_names_are_all_different():
    names = {object_id(1, f, s, 2026) for f in (245, 500, 877) for s in range(0, 600_000, 997)}
    assert len(names) == 3 * len(range(0, 600_000, 997))
    assert all(len(name) == 12 and name.startswith("ZTF26") for name in names)


def test_the_camera_covers_its_field_once():
    rcid = np.repeat(np.arange(64), 2)
    corner = np.tile([100.0, 2900.0], 64)
    ra, dec = sky_position(180.0, 33.35, rcid, corner, corner)
    assert len({(round(a, 6), round(d, 6)) for a, d in zip(ra, dec, strict=True)}) == 128
    assert np.ptp(dec) == pytest.approx(7.4, abs=0.4)


def test_a_field_is_visited_every_second_night_in_two_bands():
    night = night_exposures(1, 3363)
    field = int(night.field[night.programid == 1][0])
    past = field_history(1, field, float(night.jd[-1]) + 0.1, 30.0)
    public = past.take(past.programid == 1)
    assert set(public.fid.tolist()) == {1, 2}
    assert set(np.diff(np.unique(public.nid)).tolist()) <= {2, 4}
    assert (np.diff(night.jd) > 0).all()
    assert set(night.field.tolist()) <= set(FIELDS.ids.tolist())


def test_a_supernova_rises_faster_than_it_fades():
    days, fid = np.linspace(-17, 60, 78)[None, :], np.full(78, 1)
    mag = lightcurves.supernova_ia(days, fid, np.ones((1, 1)))[0]
    assert abs(days[0, mag.argmin()]) < 4
    assert mag[0] > 2
    assert 0.5 < mag[days[0] == 15][0] < 2.5


def test_an_active_nucleus_has_the_scatter_asked_for():
    draw = Draws(mix(5, np.arange(200)))
    jd = np.arange(0, 4000, 13.0)[None, :]
    walk = lightcurves.damped_walk(jd, draw, np.full((200, 1), 0.2), np.full((200, 1), 150.0))
    assert np.median(walk.std(axis=1)) == pytest.approx(0.2, rel=0.15)
    near = np.mean((walk[:, 1:] - walk[:, :-1]) ** 2)
    far = np.mean((walk[:, 60:] - walk[:, :-60]) ** 2)
    assert near < 0.35 * far


def scene(flux, defect="", star=0.0, extinction=0.0):
    place = np.array([[31.2, 30.9]])
    return Scene(
        transient=np.array([flux]), place=place, star_flux=np.array([[star]]),
        star_place=place[:, None], galaxy=np.zeros((1, 1, 6)), seeing=np.array([2.3]),
        reference_seeing=np.array([2.0]), ellipticity=np.array([0.02]), sky=np.array([150.0]),
        noise=np.array([6.0]), extinction=np.array([extinction]), defect=(defect,),
    )  # fmt: skip


def test_stamps_keep_the_light_of_the_object():
    stamps = render(scene(2e4), np.random.default_rng(4))
    core = np.s_[0, 21:42, 21:42]
    assert np.nansum(stamps.difference[core]) == pytest.approx(2e4, rel=0.1)
    assert np.nansum(stamps.science[core] - 150.0) == pytest.approx(2e4, rel=0.1)
    assert abs(np.nansum(stamps.template[core] - 150.0)) < 1500


def test_the_difference_is_turned_so_that_the_object_is_bright():
    stamps = render(scene(-2e4), np.random.default_rng(1))
    assert stamps.difference[0, 31, 31] > 500
    assert stamps.science[0, 31, 31] < -300


@pytest.mark.parametrize("defect", sorted({k.defect for k in ALL_KINDS} - {""}))
def test_every_defect_leaves_something_in_the_middle(defect):
    star = 1e4 if defect == "clouds" else 0.0
    stamps = render(scene(4e3, defect, star), np.random.default_rng(2))
    assert np.nanmax(np.abs(stamps.difference[0, 28:35, 28:35])) > 30
    assert np.isfinite(stamps.difference[0, 31, 31])


def test_clouds_dim_the_stars_of_the_science_image_alone():
    stamps = render(scene(4e3, "clouds", star=2e4), np.random.default_rng(3))
    core = np.s_[0, 21:42, 21:42]
    seen, known = (np.nansum(image[core] - 150.0) for image in (stamps.science, stamps.template))
    assert known == pytest.approx(2e4, rel=0.1)
    assert seen < 0.4 * known


def test_a_template_scaled_to_a_clouded_exposure_is_that_much_deeper():
    blank = [render(scene(0.0, extinction=each), np.random.default_rng(5)) for each in (0.0, 2.5)]
    clear, clouded = (np.std(each.template) for each in blank)
    assert clouded == pytest.approx(clear / 10, rel=0.01)
    assert np.std(blank[0].science) == pytest.approx(np.std(blank[1].science))


def test_an_object_seen_through_clouds_is_as_bright_as_it_was_measured():
    rng = np.random.default_rng(4)
    images = [render(scene(2e4, star=2e4), rng) for _ in range(40)]
    core = np.s_[0, 21:42, 21:42]
    left = [np.nansum(each.difference[core]) for each in images]
    dimmed = [np.nansum(each.science[core] - 150.0) < 3.4e4 for each in images]
    assert np.median(left) == pytest.approx(2e4, rel=0.1)
    assert 0 < sum(dimmed) < 15


def test_a_stamp_is_a_fits_file_that_astropy_reads():
    from astropy.io import fits  # noqa: PLC0415  (slow to import, wanted here only)

    image = np.arange(63 * 40, dtype=np.float32).reshape(63, 40)
    with fits.open(io.BytesIO(gzip.decompress(pack_stamp(image)))) as file:
        np.testing.assert_array_equal(file[0].data, image)


def test_asteroids_move_and_keep_their_designation():
    rocks = defaultdict(list)
    for packet in simulate(400, 11):
        if packet.truth.kind == "asteroid":
            candidate = next(fastavro.reader(io.BytesIO(packet.data)))["candidate"]
            if candidate["ssdistnr"] >= 0:
                rocks[candidate["ssnamenr"]].append((packet.truth, candidate))
    again = [seen for seen in rocks.values() if len(seen) > 1]
    assert len(again) > 5
    for (first, _), (second, _), *_ in again:
        cosine = np.cos(np.radians(first.dec))
        moved = 3600 * np.hypot((first.ra - second.ra) * cosine, first.dec - second.dec)
        hours = 24 * (second.jd - first.jd)
        assert 3 < moved / hours < 150
        assert first.object_id != second.object_id


def test_transients_know_when_they_were_first_seen():
    for packet in simulate(200, 3):
        if packet.truth.kind in {"sn_ia", "sn_ii", "tde"}:
            alert = next(fastavro.reader(io.BytesIO(packet.data)))
            seen = [p["jd"] for p in alert["prv_candidates"] or [] if p["candid"] is not None]
            candidate = alert["candidate"]
            assert candidate["jdstarthist"] <= min([*seen, candidate["jd"]])
            assert candidate["ndethist"] >= len(seen) + 1
