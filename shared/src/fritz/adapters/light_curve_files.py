"""Files of light curves, features and classifications, read in pieces: HDF5 (h5py) and Parquet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from typing_extensions import override

from fritz.archive.scope_arrays import (
    ALGORITHMS,
    classification_name,
    classifications_batch,
    features_batch,
)
from fritz.archive.source_arrays import (
    Batch,
    data_release_batch,
    matchfile_batch,
    matchfile_channel,
)
from fritz.errors import Invalid

__all__ = [
    "ClassificationFile",
    "DataReleaseFile",
    "FeatureFile",
    "LightCurveFile",
    "Matchfile",
    "fingerprint",
]

SOURCES: Final = 20_000
"""That are read at once, with their light curves."""
ENDS: Final = 2**20


@dataclass(frozen=True, slots=True)
class LightCurveFile:
    """A file and what it is loaded as."""

    path: Path
    release: str
    programid: int = 1
    """Data rights of all of it, where its rows carry none."""

    @property
    def name(self) -> str:
        """What it is called in reports."""
        return self.path.name

    @property
    def identity(self) -> str:
        """What tells this file from others and from other contents of it."""
        return fingerprint(self.path)


class Matchfile(LightCurveFile):
    """ZTF's light curves of one field, filter and channel (pytables)."""

    table = "ztf_sources"

    def batches(self, at: datetime) -> Iterator[Batch]:
        """Yield its sources with their light curves."""
        channel = matchfile_channel(self.path.name)
        with _hdf5(self.path) as file:
            group = _part(file, "matches", self.path)
            sources, epochs = (_part(group, n, self.path) for n in ("sources", "sourcedata"))
            matchids = epochs["matchid"][:]
            in_order = bool(np.all(matchids[1:] >= matchids[:-1]))
            step = SOURCES if in_order else max(len(sources), 1)
            for start in range(0, len(sources), step):
                some = sources[start : start + step]
                if in_order:
                    low = np.searchsorted(matchids, some["matchid"].min(), "left")
                    high = np.searchsorted(matchids, some["matchid"].max(), "right")
                    points = epochs[int(low) : int(high)]
                else:
                    points = epochs[:]
                yield matchfile_batch(channel, self.release, some, points, at)


class FeatureFile(LightCurveFile):
    """Features of light curves (ztfperiodic's HDF5)."""

    table = "ztf_source_features"

    def batches(self, at: datetime) -> Iterator[Batch]:
        """Yield all of its rows at once."""
        with _hdf5(self.path) as file:
            stats = _part(file, "stats", self.path)[:]
            names = {name: f"stats_{name}" for name in ALGORITHMS}
            periods = {name: file[key][:] for name, key in names.items() if key in file}
        yield features_batch(self.release, self.programid, stats, periods, at)


class ClassificationFile(LightCurveFile):
    """Scores that one of SCoPe's classifiers gave (HDF5); the folders name the classifier."""

    table = "ztf_source_classifications"

    @property
    @override
    def identity(self) -> str:
        """What tells it from others: files of many classifiers have the same name and size."""
        return f"{'_'.join(classification_name(self.path))}-{fingerprint(self.path)}"

    @property
    @override
    def name(self) -> str:
        """What it is called in reports."""
        return "/".join(self.path.parts[-3:])

    def batches(self, at: datetime) -> Iterator[Batch]:
        """Yield all of its rows at once."""
        name = classification_name(self.path)
        with _hdf5(self.path) as file:
            predictions = _part(file, "preds", self.path)[:]
        yield classifications_batch(self.release, self.programid, name, predictions, at)


class DataReleaseFile(LightCurveFile):
    """Light curves of a public data release (Parquet)."""

    table = "ztf_sources"

    def batches(self, at: datetime) -> Iterator[Batch]:
        """Yield its sources with their light curves."""
        try:
            file = pq.ParquetFile(self.path)
            for some in file.iter_batches(SOURCES):
                yield data_release_batch(self.release, some, at)
        except (pa.ArrowException, OSError) as e:
            raise Invalid(f"cannot read {self.path}: {e}") from e


def fingerprint(path: Path) -> str:
    """Return a name of a file's content, from its size, its first and its last MiB.

    Raises
    ------
    Invalid
        It cannot be read.
    """
    digest = hashlib.sha256()
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            digest.update(f"{path.name}/{size}/".encode() + file.read(ENDS))
            file.seek(max(0, size - ENDS))
            digest.update(file.read(ENDS))
    except OSError as e:
        raise Invalid(f"cannot read {path}: {e}") from e
    return digest.hexdigest()[:32]


@contextmanager
def _hdf5(path: Path) -> Iterator[Any]:
    try:
        with h5py.File(path, "r") as file:
            yield file
    except OSError as e:
        raise Invalid(f"cannot read {path}: {e}") from e


def _part(group: Any, name: str, path: Path) -> Any:
    try:
        return group[name]
    except KeyError as e:
        raise Invalid(f"{path} has no {name}") from e
