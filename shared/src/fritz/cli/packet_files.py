"""Packets in files: one, a folder of them, or a night's tarball."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

from fritz.errors import Invalid

__all__ = ["count_packets", "packets_in"]


def packets_in(path: Path) -> Iterator[bytes]:
    """Yield the packets of a file, folder (recursively, by name) or tarball, one at a time.

    A tarball is streamed, never unpacked; ZTF's public archive has one for each night.

    Raises
    ------
    Invalid
        There is no such file or folder, or the tarball is damaged.
    """
    if path.is_dir():
        for each in sorted(path.rglob("*.avro")):
            yield each.read_bytes()
    elif path.name.endswith((".tar.gz", ".tgz", ".tar")):
        yield from _members(path)
    elif path.is_file():
        yield path.read_bytes()
    else:
        raise Invalid(f"no packet, folder or tarball at {path}")


def _members(path: Path) -> Iterator[bytes]:
    try:
        with tarfile.open(path, "r|*") as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() else None
                if file is not None:
                    yield file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Invalid(f"cannot read the tarball {path}: {error}") from error


def count_packets(paths: list[Path]) -> int | None:
    """Return how many packets stand in the paths, or None where only reading would tell."""
    if any(path.is_file() and ".t" in path.name for path in paths):
        return None
    return sum(len(list(p.rglob("*.avro"))) if p.is_dir() else 1 for p in paths)
