"""Features of a night's objects: of which points, for whom, kept where."""

import math
from datetime import UTC, datetime
from importlib.util import find_spec

import numpy as np
import pytest
from sqlglot import exp
from typer.testing import CliRunner

from fritz.archive.expressions import star, table
from fritz.cli.commands import app
from fritz.errors import Invalid, NotFound
from fritz.photometry.difference_flux import difference_flux
from fritz.ports import Statement
from fritz.services.envelopes import Envelope
from fritz.services.rescoring_packs import Shard
from fritz.settings import Settings
from fritz.wiring import feature_source, ingest_service, object_features, platform_from_settings
from tests.plugins.must_run import require
from tests.support.packets import prv_point, ztf_packet

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JD = 2459000.75
NIGHT = 20200531
EVERYTHING = frozenset({1, 2, 3})


class Means:
    """A source of two features, one of which no light curve has."""

    name, names = "means 1", ("mean_flux", "nothing")

    def features(self, days, flux, flux_err):
        assert (np.diff(days) > 0).all()
        return np.array([flux.mean(), math.nan])


def detection(days, **fields):
    return prv_point(JD - days, magpsf=18.9, sigmapsf=0.1, isdiffpos="t", fid=1, **fields)


@pytest.fixture
def platform(tmp_path):
    platform = platform_from_settings(Settings(data=tmp_path, model_threads=1))
    for topic in ("alerts", "alerts-public"):
        platform.bus.create_topic(topic)
    public = [detection(day, programid=1) for day in range(1, 6)]
    partners = [detection(day + 0.5, programid=2) for day in range(1, 4)]
    packets = [
        ztf_packet(candid=1, object_id="ZTF20few", jd=JD, prv=public[:3], programid=1),
        ztf_packet(candid=2, object_id="ZTF20public", jd=JD, prv=public, programid=1),
        ztf_packet(candid=3, object_id="ZTF20both", jd=JD, prv=public + partners, programid=1),
        ztf_packet(candid=4, object_id="ZTF20later", jd=JD + 1, prv=public, programid=1),
    ]
    ingest_service(platform).ingest(
        [Envelope(p, {"packet_id": str(n)}, str(n), NOW) for n, p in enumerate(packets)]
    )
    yield platform
    platform.close()


def rows(platform):
    statement = Statement(exp.select(star()).from_(table("object_features")))
    return platform.warehouse.run(statement).to_pylist()


def test_objects_of_the_night_with_points_enough_get_features(platform):
    report = object_features(platform).of_night(NIGHT, Means())
    assert (report.objects, report.featured, report.sets) == (3, 2, 3)
    found = {(row["objectId"], tuple(row["programids"])): row for row in rows(platform)}
    assert found.keys() == {
        ("ZTF20public", (1,)), ("ZTF20both", (1,)), ("ZTF20both", (1, 2))
    }  # fmt: skip
    row = found["ZTF20public", (1,)]
    assert (row["points"], row["fid"], row["public"], row["source"]) == (6, 1, True, "means 1")
    assert [each["name"] for each in row["features"]] == ["mean_flux"]
    assert found["ZTF20both", (1, 2)]["points"] == 9
    assert not found["ZTF20both", (1, 2)]["public"]


def test_nobody_is_shown_a_feature_of_points_they_may_not_see(platform):
    features = object_features(platform)
    features.of_night(NIGHT, Means())
    for granted in ({1}, {1, 3}):
        (shown,) = features.get("ZTF20both", frozenset(granted))
        assert (shown.programids, shown.points) == ((1,), 6)
    (shown,) = features.get("ZTF20both", EVERYTHING)
    assert (shown.programids, shown.points) == ((1, 2), 9)
    assert features.get("ZTF20few", EVERYTHING) == []


def test_tasks_share_the_objects_and_again_is_harmless(platform):
    features = object_features(platform)
    parts = [features.of_night(NIGHT, Means(), Shard(index, 2)) for index in (0, 1)]
    assert sum(each.objects for each in parts) == 3
    assert len(rows(platform)) == 3
    features.of_night(NIGHT, Means())
    assert len(features.get("ZTF20both", EVERYTHING)) == 1


def test_flux_is_signed_and_of_two_measurements_of_a_moment_the_better_counts():
    points = [
        {"jd": 1.0, "fid": 2, "magpsf": 23.9, "sigmapsf": 0.2, "isdiffpos": "t", "programid": 1},
        {"jd": 1.0, "fid": 2, "magpsf": 23.9, "sigmapsf": 0.1, "isdiffpos": "0", "programid": 1},
        {"jd": 2.0, "fid": 1, "magpsf": 21.4, "sigmapsf": 0.1, "isdiffpos": "1", "programid": 3},
        {"jd": 3.0, "fid": 1, "diffmaglim": 20.0, "programid": 1},
    ]
    green, red = difference_flux(points)
    assert (green.fid, green.flux_ujy.tolist()) == (1, [pytest.approx(10.0)])
    assert (red.flux_ujy.tolist(), red.programids) == ([-1.0], {1})
    assert [each.fid for each in difference_flux(points, {1})] == [2]


@pytest.fixture
def package():
    present = find_spec("light_curve") is not None
    require("training dependencies", present, "light-curve is not installed; see `make train`")
    return feature_source()


def test_the_package_finds_period_and_amplitude_of_a_sine(package):
    days = np.sort(np.random.default_rng(1).uniform(0, 40, 60))
    flux = 20 * np.sin(2 * np.pi * days / 3.3)
    found = package.features(days, flux, np.ones(60))
    values = dict(zip(package.names, found, strict=True))
    assert values["amplitude"] == pytest.approx(20, rel=0.05)
    assert values["periodogram_period_0"] == pytest.approx(3.3, rel=0.05)
    assert package.name.startswith("light-curve ")


def test_what_a_light_curve_has_not_is_no_number(package):
    found = package.features(np.arange(5.0), np.ones(5), np.ones(5))
    assert np.isnan(found).any()
    assert dict(zip(package.names, found, strict=True))["amplitude"] == 0


def test_the_command_does_a_night(package, platform, tmp_path):
    given = ["features", "--night", str(NIGHT), "--data", str(tmp_path), "--json"]
    found = CliRunner().invoke(app, given)
    assert found.exit_code == 0, found.output
    assert '"featured":2' in found.stdout.replace(" ", "")
    (shown,) = object_features(platform).get("ZTF20public", frozenset({1}))
    assert shown.values["median"] == pytest.approx(100, rel=0.5)


def test_the_command_wants_one_night_and_the_package(monkeypatch, tmp_path):
    given = ["features", "--data", str(tmp_path), "--night"]
    require("training dependencies", find_spec("light_curve"), "see `make train`")
    for night in ("20260301:20260302", "tonight"):
        assert isinstance(CliRunner().invoke(app, [*given, night]).exception, Invalid)
    monkeypatch.setattr("fritz.cli.train.find_spec", lambda _name: None)
    refused = CliRunner().invoke(app, [*given, "20260301"]).exception
    assert isinstance(refused, NotFound)
    assert "make train" in str(refused)
