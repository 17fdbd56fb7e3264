"""Which files are packets, and what damage is noticed."""

import gzip
import io
import random
import tarfile

import pytest

from fritz.alerts.packet import MAX_BYTES
from fritz.cli.packet_files import PacketFiles
from fritz.errors import Invalid

PACKETS = {f"{n}.avro": bytes([n]) * 3000 for n in range(1, 5)}
NOISE = {f"{n}.avro": random.Random(n).randbytes(40_000) for n in range(16)}
"""Does not compress, so that where a file is cut says how much of it is left."""


def tar_bytes(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file.getvalue()


def read(*paths):
    files = PacketFiles(paths)
    return list(files), files


@pytest.mark.parametrize("name", ["night.tar.gz", "night.tgz", "night.tar"])
def test_a_tarball_yields_its_packets_and_names_what_else_it_has(tmp_path, name):
    data = tar_bytes({**PACKETS, "README": b"hello"})
    path = tmp_path / name
    path.write_bytes(data if name.endswith(".tar") else gzip.compress(data))
    found, files = read(path)
    assert found == list(PACKETS.values())
    assert (files.skipped, files.skipped_names) == (1, [f"{path}:README"])
    assert files.problems == []
    assert files.count() is None


def test_a_folder_is_read_as_a_tarball_is_tarballs_inside_it_too(tmp_path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "a.avro").write_bytes(b"a")
    (tmp_path / "b.avro").write_bytes(b"b")
    (tmp_path / "notes.txt").write_bytes(b"c")
    (tmp_path / "night.tar.gz").write_bytes(gzip.compress(tar_bytes(PACKETS)))
    found, files = read(tmp_path)
    assert sorted(found) == sorted([b"a", b"b", *PACKETS.values()])
    assert (files.skipped, files.skipped_names) == (1, [str(tmp_path / "notes.txt")])


def test_a_folder_without_tarballs_is_counted_beforehand(tmp_path):
    (tmp_path / "x.tested.avro").write_bytes(b"a")
    (tmp_path / "notes.txt").write_bytes(b"c")
    assert PacketFiles([tmp_path, tmp_path / "x.tested.avro"]).count() == 2


def test_a_file_that_is_named_is_a_packet_whatever_it_is_called(tmp_path):
    (tmp_path / "packet").write_bytes(b"a")
    found, files = read(tmp_path / "packet")
    assert (found, files.skipped, files.count()) == ([b"a"], 0, 1)


def test_a_wrong_checksum_is_noticed_at_the_end(tmp_path):
    data = bytearray(gzip.compress(tar_bytes(NOISE)))
    data[-8] ^= 1
    path = tmp_path / "night.tar.gz"
    path.write_bytes(data)
    found, files = read(path)
    assert found[:10] == list(NOISE.values())[:10]
    assert "CRC" in files.problems[0]
    assert str(path) in files.problems[0]


def test_the_packets_before_a_cut_are_yielded_and_so_is_what_follows_the_file(tmp_path):
    whole = gzip.compress(tar_bytes(NOISE))
    cut, after = tmp_path / "cut.tar.gz", tmp_path / "after.avro"
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    after.write_bytes(b"after")
    found, files = read(cut, after)
    assert 1 <= len(found) - 1 < len(NOISE)
    assert found[-1] == b"after"
    assert len(files.problems) == 1


@pytest.mark.parametrize("damage", [b"\1" * 512, b"\0" * 512])
def test_a_damaged_header_does_not_pass_for_the_end(tmp_path, damage):
    data = bytearray(tar_bytes(PACKETS))
    second = 512 + 3072
    data[second : second + 512] = damage
    (tmp_path / "night.tar").write_bytes(data)
    found, files = read(tmp_path / "night.tar")
    assert len(found) == 1
    assert files.problems


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b nonsense", b"no tarball at all"])
def test_what_is_no_tarball_is_a_problem(tmp_path, content):
    (tmp_path / "night.tar.gz").write_bytes(content)
    found, files = read(tmp_path / "night.tar.gz")
    assert found == []
    assert "cannot read the tarball" in files.problems[0]


def test_of_what_is_too_large_only_the_beginning_is_read(tmp_path):
    huge = bytes(MAX_BYTES + 5000)
    (tmp_path / "huge.avro").write_bytes(huge)
    tarball = tmp_path / "night.tar.gz"
    tarball.write_bytes(gzip.compress(tar_bytes({"h.avro": huge, "s.avro": b"small"}), 1))
    found, files = read(tmp_path / "huge.avro", tarball)
    assert [len(each) for each in found] == [MAX_BYTES + 1, MAX_BYTES + 1, 5]
    assert files.problems == []


def test_a_path_that_does_not_exist_is_refused_at_once(tmp_path):
    with pytest.raises(Invalid, match="nowhere"):
        PacketFiles([tmp_path / "nowhere"])
