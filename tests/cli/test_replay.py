"""`fritz replay` publishes, waits until all is dealt with, and its numbers add up."""

import io
import json
import tarfile

import pytest

from fritz.cli.checkout import topics
from tests.plugins.must_run import kit
from tests.support.packets import ztf_packet


@pytest.fixture(scope="module")
def packets():
    return {
        f"{n}.avro": ztf_packet(candid=1234567890115015000 + n, object_id=f"ZTF20aaaaaa{n}")
        for n in range(1, 9)
    }


@pytest.fixture(scope="module")
def night(packets, tmp_path_factory):
    """A folder with packets, a broken one, a note that is none, and packets in a folder below."""
    folder = tmp_path_factory.mktemp("night")
    (folder / "deeper").mkdir()
    for n, (name, data) in enumerate(packets.items()):
        (folder / ("deeper" if n % 2 else ".") / name).write_bytes(data)
    (folder / "broken.avro").write_bytes(packets["1.avro"][:3000])
    (folder / "README.txt").write_text("not a packet")
    return folder


def whole(report):
    known = ("archived", "duplicates", "quarantined", "dead_lettered")
    return report["published"] == sum(report[name] for name in known)


@pytest.mark.slow
def test_a_folder_is_archived_and_a_second_time_all_are_duplicates(
    fritz_json, fritz_json_here, night, tmp_path
):
    first = fritz_json("replay", night, "--data", tmp_path, "--workers", 1)
    again = fritz_json("replay", night, "--data", tmp_path, "--workers", 1)
    assert whole(first)
    assert whole(again)
    assert (first["archived"], first["duplicates"], first["quarantined"]) == (8, 0, 1)
    assert first["skipped"] == 1
    assert (again["archived"], again["duplicates"], again["quarantined"]) == (0, 8, 1)
    assert again["candidates"] == 0
    status = fritz_json_here("status", "--data", tmp_path)
    assert status["totals"]["archived"] == status["totals"]["duplicates"] == 8
    assert status["quarantine"] == {"truncated": 2}
    assert {name: each["backlog"] for name, each in status["subscriptions"].items()} == {
        "ztf-alerts-ingest": 0,
        "alerts-filter": 0,
        "ztf-alerts-dead-deadletter": 0,
        "alerts-dead-deadletter-filter": 0,
        "nightly-nightly": 0,
    }
    assert status["totals"]["unfiltered"] == 0
    assert set(status["topics"]) == set(topics())
    assert status["topics"]["ztf-alerts"] == {
        "published": 18, "backlog": 0, "oldest_age_s": None, "dead_letters": 0,
    }  # fmt: skip
    assert status["topics"]["alerts"]["published"] == 8
    assert {each["seen"] for each in status["filter_runs"].values()} == {8}
    books = fritz_json_here("reconcile", "--data", tmp_path)
    assert (books["published"], books["archived"], books["duplicates"]) == (18, 8, 8)
    assert (books["quarantined"], books["missing"]) == (2, 0)


def test_a_path_that_is_not_there_is_named(fritz_here, tmp_path):
    done = fritz_here("replay", tmp_path / "nowhere", "--data", tmp_path / "data", check=1)
    assert (
        done.stderr.splitlines()[-1] == f"fritz: no packet, folder or tarball at {tmp_path}/nowhere"
    )
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_tarball_is_reported_up_to_its_damage_and_too_large_a_packet_is_accounted_for(
    fritz, packets, tmp_path
):
    path = tmp_path / "ztf_public_20200531.tar.gz"
    huge = b"Obj\x01" + bytes(10_000_001)
    with tarfile.open(path, "w:gz") as tar:
        for name, data in {"huge.avro": huge, **packets, "last.avro": bytes(10**6)}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    path.write_bytes(path.read_bytes()[:-9])
    done = fritz("replay", path, "--data", tmp_path / "data", "--rate", 100, "--workers", 1,
                 "--json", check=1)  # fmt: skip
    report = json.loads(done.stdout.splitlines()[-1])
    assert whole(report)
    assert report["archived"] == 8
    assert report["quarantined"] >= 1
    assert f"cannot read the tarball {path}" in report["error"]
    assert done.stderr.splitlines()[-1] == f"fritz: {report['error']}"


@pytest.mark.slow
def test_workers_that_cannot_start_end_the_replay(fritz, packets, tmp_path, monkeypatch):
    (tmp_path / "functions_framework.py").write_text("raise ImportError('no such framework')")
    (tmp_path / "one.avro").write_bytes(packets["1.avro"])
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    data = tmp_path / "data"
    done = fritz("replay", tmp_path / "one.avro", "--data", data, "--workers", 1, check=1)
    assert "fritz: worker-0 cannot run" in done.stderr
    assert done.stderr.splitlines()[-1] == "ImportError: no such framework"


@pytest.mark.kit
@pytest.mark.slow
def test_every_real_packet_is_archived_once(fritz_json, tmp_path):
    real = kit("alerts/ztf")
    report = fritz_json("replay", real, real, "--data", tmp_path)
    assert (report["published"], report["archived"], report["duplicates"]) == (1220, 610, 610)
