"""The columns that describe simulated objects, and what a kind of object has to tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from emulators.survey.draws import Draws

__all__ = ["DARK", "Kind", "Objects", "Sources", "Traits"]

Array = NDArray[np.float64]
SHARP_DEFECTS = ("cosmic_ray", "column")
DARK = 45.0
"""Magnitude that stands for nothing there."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a kind decides about N of its objects."""

    counterpart_mag: Array
    """(N, 3) g, r, i magnitudes of what the reference shows at or near the place; DARK if none."""
    shape: dict[str, Array]
    """Numbers of the light curve, each (N, 1)."""
    galaxy: NDArray[np.bool_]
    """(N,) whether the counterpart is a galaxy."""
    radius_px: Array
    """(N,) half-light radius of the galaxy."""
    offset_px: Array
    """(N, 2) the counterpart's place minus the object's."""
    redshift: Array
    """(N,) redshift, NaN inside the Galaxy."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: how often it is, what it looks like, how it varies."""

    name: str
    real: bool
    """Whether an astronomer would call it real."""
    density: float
    """Objects per field (and, for transients, per epoch) for each alert wished per exposure."""
    traits: Callable[[Draws], Traits]
    difference: Callable[[Objects, Array, NDArray[np.int64]], Array]
    """Difference flux (N, E) of objects at times (E,), bands (E,)."""
    passing: bool = False
    """Whether it is at its place in one exposure only."""
    transient: bool = False
    """Whether it happens once, in an epoch of the survey."""
    galactic: float = 0.0
    """How strongly the density follows the Milky Way's disk."""
    inside: bool = False
    """Whether it is of the camera, where no cloud comes between."""
    defect: str = ""
    """What the stamps show instead of a point source."""


@dataclass(frozen=True, slots=True)
class Objects:
    """A column of objects of one kind in one field."""

    kind: Kind
    key: NDArray[np.uint64]
    serial: NDArray[np.int64]
    """(N,) number within the field, unique over kinds and epochs."""
    epoch_jd: Array
    """(N,) when the epoch of a transient begins."""
    rcid: NDArray[np.int64]
    x: Array
    y: Array
    traits: Traits

    def __len__(self) -> int:
        return len(self.key)

    @property
    def draw(self) -> Draws:
        """Named random numbers of these objects."""
        return Draws(self.key)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Objects:
        """Return some of the objects."""
        chosen = {
            f.name: getattr(self.traits, f.name)[index] for f in fields(Traits) if f.name != "shape"
        }
        shape = {name: value[index] for name, value in self.traits.shape.items()}
        columns = {
            n: getattr(self, n)[index] for n in ("key", "serial", "epoch_jd", "rcid", "x", "y")
        }
        return replace(self, **columns, traits=Traits(shape=shape, **chosen))


@dataclass(frozen=True, slots=True)
class Sources:
    """Objects of any kind in one column: all that matters once their light is known."""

    key: NDArray[np.uint64]
    serial: NDArray[np.int64]
    epoch_jd: Array
    rcid: NDArray[np.int64]
    x: Array
    y: Array
    counterpart_mag: Array
    galaxy: NDArray[np.bool_]
    radius_px: Array
    offset_px: Array
    redshift: Array
    real: NDArray[np.bool_]
    sharp: NDArray[np.bool_]
    """(N,) whether narrower than the PSF."""
    kind: NDArray[np.object_]
    """(N,) the `Kind` of each."""
    designation: NDArray[np.int64]
    """(N,) number of the known asteroid that it is, 0 if none."""

    def __len__(self) -> int:
        return len(self.key)

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_]) -> Sources:
        """Return some of the sources."""
        return Sources(*(getattr(self, f.name)[index] for f in fields(self)))

    @staticmethod
    def joined(groups: list[Objects]) -> Sources:
        """Return objects of several kinds as one column, in the order given."""
        own = ("key", "serial", "epoch_jd", "rcid", "x", "y")
        traits = ("counterpart_mag", "galaxy", "radius_px", "offset_px", "redshift")
        columns = [np.concatenate([getattr(g, n) for g in groups]) for n in own]
        columns += [np.concatenate([getattr(g.traits, n) for g in groups]) for n in traits]
        kinds = np.array([g.kind for g in groups for _ in range(len(g))], object)
        real = np.array([k.real for k in kinds], bool)
        sharp = np.array([k.defect in SHARP_DEFECTS for k in kinds], bool)
        numbers = [g.traits.shape.get("number", np.zeros((len(g), 1)))[:, 0] for g in groups]
        return Sources(*columns, real, sharp, kinds, np.concatenate(numbers).astype(np.int64))
