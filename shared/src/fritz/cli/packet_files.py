"""Packets in files: one, a folder of them, or a night's tarball."""

import gzip
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, cast

from fritz.alerts.packet import MAX_BYTES
from fritz.errors import Invalid

__all__ = ["PacketFiles"]

PACKET = ".avro"
TARBALLS = (".tar.gz", ".tgz", ".tar")
GZIP = b"\x1f\x8b"
NAMED = 5
"""How many of the files that are no packets are remembered by name."""
BLOCK = 2**20


class PacketFiles:
    """The packets of files, folders (whole, by name) and tarballs, one at a time.

    In a folder and in a tarball what ends in ``.avro`` is a packet; a folder's tarballs are read
    too, anything else is counted and left out. A tarball is streamed, never unpacked; ZTF's public
    archive has one for each night. Of a packet beyond what any can have, only the beginning is
    read: one byte more than is allowed.

    Raises
    ------
    Invalid
        A path does not exist.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        for path in paths:
            if not path.exists():
                raise Invalid(f"no packet, folder or tarball at {path}")
        self._paths = paths
        self.skipped = 0
        """Files left out so far."""
        self.skipped_names: list[str] = []
        """The first of them."""
        self.problems: list[str] = []
        """What could not be read to its end so far; the packets before the damage were yielded."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield each packet; go on with the next file where one is damaged."""
        for path in self._paths:
            for each in _files(path):
                try:
                    yield from self._packets(each, named=each == path)
                except Invalid as error:
                    self.problems.append(str(error))

    def count(self) -> int | None:
        """Return how many packets there are, or None where only reading tarballs would tell."""
        files = [(each, each == path) for path in self._paths for each in _files(path)]
        if any(_is_tarball(each) for each, _ in files):
            return None
        return sum(named or each.name.endswith(PACKET) for each, named in files)

    def _packets(self, path: Path, *, named: bool) -> Iterator[bytes]:
        if _is_tarball(path):
            yield from self._members(path)
        elif named or path.name.endswith(PACKET):
            try:
                with path.open("rb") as file:
                    yield file.read(MAX_BYTES + 1)
            except OSError as error:
                raise Invalid(f"cannot read the packet {path}: {error}") from error
        else:
            self._skip(str(path))

    def _members(self, path: Path) -> Iterator[bytes]:
        try:
            with ExitStack() as stack:
                plain = stack.enter_context(_plain(path))
                tar = stack.enter_context(tarfile.open(fileobj=plain, mode="r|"))
                for member in tar:
                    file = tar.extractfile(member) if member.isfile() else None
                    if file is None:
                        continue
                    if member.name.endswith(PACKET):
                        yield file.read(MAX_BYTES + 1)
                    else:
                        self._skip(f"{path}:{member.name}")
                _check_rest(tar)
        except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
            raise Invalid(f"cannot read the tarball {path}: {error}") from error

    def _skip(self, name: str) -> None:
        self.skipped += 1
        if len(self.skipped_names) < NAMED:
            self.skipped_names.append(name)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(each for each in path.rglob("*") if each.is_file())
    return [path]


def _is_tarball(path: Path) -> bool:
    return path.name.endswith(TARBALLS)


def _plain(path: Path) -> IO[bytes]:
    """Return the tarball uncompressed; unlike tarfile's own way this checks gzip's checksum."""
    file = path.open("rb")
    compressed = file.read(len(GZIP)) == GZIP
    file.seek(0)
    if not compressed:
        return file
    file.close()
    return cast("IO[bytes]", gzip.open(path))


def _check_rest(tar: tarfile.TarFile) -> None:
    """Read to the end of the file: the checksum stands there.

    tarfile takes a damaged header for the end of the archive; more data then gives it away.
    """
    rest = tar.fileobj
    while rest is not None and (block := rest.read(BLOCK)):
        if block.strip(b"\0"):
            raise tarfile.ReadError("it goes on after its end, or is damaged there")
