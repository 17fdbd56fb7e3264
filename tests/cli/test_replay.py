"""`fritz replay` publishes, waits until all is dealt with, and its numbers add up."""

import io
import tarfile

import pytest

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
def test_a_folder_is_archived_and_a_second_time_all_are_duplicates(fritz_json, night, tmp_path):
    first = fritz_json("replay", night, "--data", tmp_path, "--workers", 1)
    again = fritz_json("replay", night, "--data", tmp_path, "--workers", 1)
    assert whole(first)
    assert whole(again)
    assert (first["archived"], first["duplicates"], first["quarantined"]) == (8, 0, 1)
    assert (again["archived"], again["duplicates"], again["quarantined"]) == (0, 8, 1)
    assert again["candidates"] == 0
    status = fritz_json("status", "--data", tmp_path)
    assert status["totals"]["archived"] == status["totals"]["duplicates"] == 8
    assert status["quarantine"] == {"truncated": 2}
    assert {name: each["backlog"] for name, each in status["subscriptions"].items()} == {
        "ztf-alerts-ingest": 0,
        "alerts-filter": 0,
        "ztf-alerts-dead-deadletter": 0,
    }


@pytest.mark.slow
def test_a_tarball_is_streamed_and_too_large_a_packet_is_accounted_for(
    fritz_json, packets, tmp_path
):
    path = tmp_path / "ztf_public_20200531.tar.gz"
    huge = b"Obj\x01" + bytes(10_000_001)
    with tarfile.open(path, "w:gz") as tar:
        for name, data in {**packets, "huge.avro": huge}.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    report = fritz_json("replay", path, "--data", tmp_path / "data", "--rate", 100, "--workers", 1)
    assert (report["published"], report["archived"], report["quarantined"]) == (9, 8, 1)


def test_a_path_that_is_not_there_is_named(fritz, tmp_path):
    done = fritz("replay", tmp_path / "nowhere", "--data", tmp_path / "data", check=1)
    assert (
        done.stderr.splitlines()[-1] == f"fritz: no packet, folder or tarball at {tmp_path}/nowhere"
    )
    assert "Traceback" not in done.stderr


def test_a_damaged_tarball_is_named(fritz, tmp_path):
    path = tmp_path / "night.tar.gz"
    path.write_bytes(b"\x1f\x8b nonsense")
    done = fritz("replay", path, "--data", tmp_path / "data", check=1)
    assert f"cannot read the tarball {path}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.kit
@pytest.mark.slow
def test_every_real_packet_is_archived_once(fritz_json, tmp_path):
    real = kit("alerts/ztf")
    first = fritz_json("replay", real, "--data", tmp_path)
    again = fritz_json("replay", real, "--data", tmp_path)
    assert (first["published"], first["archived"]) == (610, 610)
    assert (again["published"], again["duplicates"]) == (610, 610)
