"""`fritz filters` on files, and on a local archive."""

import gzip
import json

import pytest
from typer.testing import CliRunner

from fritz.archive.rows import alert_row
from fritz.cli.filters import app
from fritz.errors import Invalid, NotFound
from fritz.settings import Settings
from fritz.wiring import platform_from_settings
from tests.support.marshal_world import JD_NOW, NOW
from tests.unit.services.test_filtering import alert

BRIGHT = [{"$match": {"candidate.magpsf": {"$lt": 17}}}]


@pytest.fixture
def fritz():
    def run(*arguments):
        return CliRunner().invoke(app, [str(each) for each in arguments])

    return run


@pytest.fixture
def file(tmp_path):
    def written(pipeline, name="filter.json"):
        path = tmp_path / name
        path.write_text(pipeline if isinstance(pipeline, str) else json.dumps(pipeline))
        return path

    return written


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("platform")
    platform = platform_from_settings(Settings(backend="embedded", data=folder))
    platform.warehouse.append("alerts", [
        alert_row(alert(n, f"ZTF26n{n}", programid=1 + n % 2, magpsf=16.0 + n, jd=JD_NOW),
                  healpix=1, packet={"pack": "p", "offset": 0, "length": 1},
                  ingested_at=NOW, night=20261123)
        for n in range(4)
    ])  # fmt: skip
    platform.close()
    return folder


def last(result):
    return json.loads(result.stdout.splitlines()[-1])


def test_check_says_what_is_wrong_and_fails(fritz, file):
    good = file(BRIGHT, "good.json")
    assert fritz("check", good).exit_code == 0
    bad = file("[{$match: {'candidate.srmag': {$lt: 5}}}]", "bad.json")
    result = fritz("check", good, bad)
    assert result.exit_code == 1
    assert "bad.json: refused" in result.stdout
    assert "srmag1" in result.stdout
    found = last(fritz("check", good, bad, "--json"))["filters"]
    assert [each["valid"] for each in found] == [True, False]
    assert found[1]["findings"][0]["code"] == "unknown_field"


@pytest.mark.parametrize("text", ["", "[{", "5", "\x00", "[" * 5000, '[{"$out": "x"}]'])
def test_check_refuses_what_is_no_pipeline(fritz, file, text):
    assert fritz("check", file(text)).exit_code == 1


def test_test_counts_on_the_local_archive(fritz, file, data):
    path = file(BRIGHT)
    found = last(fritz("test", path, "--data", data, "--json"))["filters"][0]
    assert (found["alerts"], found["candidates"], found["candids"]) == (2, 1, [0])
    everything = last(fritz("test", path, "--data", data, "--programs", "1,2", "--json"))
    assert everything["filters"][0]["alerts"] == 4
    assert "50.00% pass" in fritz("test", path, "--data", data).stdout


def test_explain_names_the_clause(fritz, file, data):
    path = file(BRIGHT)
    result = fritz("explain", path, "--candid", 2, "--data", data)
    assert "candidate.magpsf < 17" in result.stdout
    assert last(fritz("explain", path, "--candid", 0, "--data", data, "--json"))["passed"]


def test_explain_takes_an_alert_of_a_file(fritz, file):
    one = file(alert(7, magpsf=18.0), "alert.json")
    found = last(fritz("explain", file(BRIGHT), "--alert", one, "--json"))
    assert found["stopped_at"] == 0


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("--candid", 1), NotFound), (("--candid", 99), NotFound), ((), Invalid),
        (("--candid", 0, "--programs", "x"), Invalid),
    ],
)  # fmt: skip
def test_explain_refuses_what_is_not_there_or_not_granted(fritz, file, data, arguments, error):
    result = fritz("explain", file(BRIGHT), *arguments, "--data", data)
    assert isinstance(result.exception, error)


def test_bench_times_each_filter(fritz, file, tmp_path):
    alerts = tmp_path / "alerts.ndjson.gz"
    alerts.write_bytes(gzip.compress(b"\n".join(
        json.dumps(alert(n, magpsf=16.0 + n)).encode() for n in range(3)
    )))  # fmt: skip
    (line,) = last(fritz("bench", file(BRIGHT), "--alerts", alerts, "--json"))["filters"]
    assert (line["alerts"], line["passed"], line["failed"]) == (3, 1, 0)


def test_refused_filters_are_not_run(fritz, file, data):
    result = fritz("test", file([{"$out": "x"}]), "--data", data)
    assert isinstance(result.exception, Invalid)
    assert isinstance(fritz("test", "nosuch.json", "--data", data).exception, NotFound)
