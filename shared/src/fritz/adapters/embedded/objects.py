"""Objects as files of a folder."""

import os
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

from typing_extensions import override

from fritz.adapters.embedded.durable import make_folder, sync_folder, synced
from fritz.errors import Invalid, NotFound, TooLarge, Transient
from fritz.ports import Extent, ObjectStore

__all__ = ["FolderObjects"]

_INCOMING = ".incoming"
_ABANDONED_S = 3600.0
_KEY_BYTES = 1024
_NAME_BYTES = 255


class FolderObjects(ObjectStore):
    """An object store in a folder, for any number of processes.

    A file appears under its key whole and on the disk, by a hard link that fails if the key is
    taken. Unlike in Cloud Storage no object can lie "below" another (``a`` and ``a/b``).
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / _INCOMING
        make_folder(self._incoming.absolute())
        self._sweep()

    @override
    def create(self, key: str, data: bytes) -> bool:
        target = self._path(key)
        if target.is_file():
            return False
        temporary = self._incoming / uuid.uuid4().hex
        try:
            _make_parent(target, key)
            with synced(temporary):
                temporary.write_bytes(data)
            target.hardlink_to(temporary)
            sync_folder(target.parent)
        except FileExistsError as e:
            if target.is_dir():
                raise Invalid(f"the key {key!r} lies above another object") from e
            return False
        except OSError as e:
            raise Transient(f"cannot write object {key}: {e}") from e
        finally:
            temporary.unlink(missing_ok=True)
        return True

    @override
    def get(self, key: str) -> bytes:
        try:
            return self._path(key).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as e:
            raise NotFound(f"no object {key}") from e

    @override
    def get_range(self, key: str, offset: int, length: int) -> bytes:
        if offset < 0 or length < 0:
            raise Invalid(f"object {key}: a range from {offset} of {length} bytes")
        try:
            with self._path(key).open("rb") as file:
                return os.pread(file.fileno(), length, offset)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as e:
            raise NotFound(f"no object {key}") from e

    @override
    def get_ranges(self, extents: Sequence[Extent]) -> list[bytes]:
        return [self.get_range(each.key, each.offset, each.length) for each in extents]

    @override
    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    @override
    def list(self, prefix: str) -> Iterator[str]:
        return self._below(self._folder, "", prefix)

    @override
    def delete(self, key: str) -> None:
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except (IsADirectoryError, NotADirectoryError):
            return
        except OSError as e:
            raise Transient(f"cannot delete object {key}: {e}") from e

    def _path(self, key: str) -> Path:
        """Return where an object stands; refuse keys that leave the folder or no file can have."""
        parts = key.split("/")
        if parts[0] == _INCOMING or any(part in {"", ".", ".."} for part in parts) or "\0" in key:
            raise Invalid(f"{key!r} is not a key: names, not empty and not '.' or '..', between /")
        try:
            sizes = [len(part.encode()) for part in parts]
        except UnicodeEncodeError as e:
            raise Invalid(f"{key!r} is not a key: not Unicode") from e
        if sum(sizes) + len(sizes) - 1 > _KEY_BYTES or max(sizes) > _NAME_BYTES:
            raise TooLarge(f"the key {key[:40]!r}... exceeds {_KEY_BYTES} bytes or a name its 255")
        return self._folder.joinpath(*parts)

    def _below(self, folder: Path, at: str, prefix: str) -> Iterator[str]:
        """Yield keys in the order of their bytes, looking only where the prefix can be."""
        try:
            with os.scandir(folder) as entries:
                found = [entry.name + "/" * entry.is_dir() for entry in entries]
        except FileNotFoundError:
            return
        for name in sorted(found, key=str.encode):
            key = at + name
            if not name.endswith("/"):
                if key.startswith(prefix):
                    yield key
            elif key != _INCOMING + "/" and (key.startswith(prefix) or prefix.startswith(key)):
                yield from self._below(folder / name, key, prefix)

    def _sweep(self) -> None:
        """Remove what killed writers left."""
        for path in self._incoming.iterdir():
            try:
                if time.time() - path.stat().st_mtime > _ABANDONED_S:
                    path.unlink()
            except FileNotFoundError:
                continue


def _make_parent(target: Path, key: str) -> None:
    try:
        make_folder(target.parent)
    except (FileExistsError, NotADirectoryError) as e:
        raise Invalid(f"the key {key!r} lies below another object") from e
