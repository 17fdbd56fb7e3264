"""A night on disk: a folder of packets, or the flat archive that ZTF publishes."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable
from pathlib import Path

import orjson

from emulators.survey.packet import Packet

__all__ = ["write_night"]

ARCHIVES = (".tar.gz", ".tgz")


def write_night(packets: Iterable[Packet], out: Path) -> int:
    """Write packets as `<candid>.avro` and the truth as JSON lines; return how many were written.

    A packet that comes twice is a second member of the archive, and one file of a folder.

    Parameters
    ----------
    out : a folder (truth in `truth.jsonl` within), or a file ending in `.tar.gz` or
        `.tgz` (truth in `<name>.truth.jsonl` beside it)
    """
    if out.name.endswith(ARCHIVES):
        return _write_archive(packets, out)
    out.mkdir(parents=True, exist_ok=True)
    count = 0
    with (out / "truth.jsonl").open("wb") as truth:
        for packet in packets:
            (out / f"{packet.candid}.avro").write_bytes(packet.data)
            truth.write(orjson.dumps(packet.truth.as_dict()) + b"\n")
            count += 1
    return count


def _write_archive(packets: Iterable[Packet], out: Path) -> int:
    out.parent.mkdir(parents=True, exist_ok=True)
    name = out.name.removesuffix(".tar.gz").removesuffix(".tgz")
    beside = out.with_name(name + ".truth.jsonl")
    count = 0
    with tarfile.open(out, "w:gz", compresslevel=1) as archive, beside.open("wb") as truth:
        for packet in packets:
            member = tarfile.TarInfo(f"{packet.candid}.avro")
            member.size = len(packet.data)
            archive.addfile(member, io.BytesIO(packet.data))
            truth.write(orjson.dumps(packet.truth.as_dict()) + b"\n")
            count += 1
    return count
