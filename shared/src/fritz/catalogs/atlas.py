"""The atlas: which sheets hold the rows of the sky that alerts are matched with.

An atlas never changes: a catalog that is added makes another one, which shares with the one before
all sheets that the catalog has no rows in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

__all__ = ["END", "Atlas", "Sheet"]

END: Final = 1 << 62
"""Beyond all cells."""
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of some cells that follow one another."""

    low: int
    """First cell; the next sheet's is the first that does not belong here."""
    name: str
    """Hash of its content."""
    rows: int
    index_bytes: int

    @property
    def key(self) -> str:
        """Where it is in the object store."""
        return f"atlas/sheets/{self.name}.arrow"

    @property
    def index_key(self) -> str:
        """Where its index is."""
        return f"atlas/sheets/{self.name}.index"


@dataclass(frozen=True)
class Atlas:
    """Sheets in the order of their cells."""

    catalogs: frozenset[str] = frozenset()
    """Whose rows they hold."""
    sheets: tuple[Sheet, ...] = ()
    _lows: Integers = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lows = np.array([each.low for each in self.sheets], dtype=np.int64)
        object.__setattr__(self, "_lows", lows)

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(each.rows for each in self.sheets)

    def spread(self, cells: Integers) -> Iterator[tuple[Sheet, Integers]]:
        """Yield the sheets that may hold any of the cells, each with those cells.

        Parameters
        ----------
        cells
            (N,) sorted.
        """
        edges = np.searchsorted(cells, [*self._lows.tolist(), END])
        for place in np.flatnonzero(np.diff(edges)).tolist():
            yield self.sheets[place], cells[edges[place] : edges[place + 1]]

    def to_bytes(self) -> bytes:
        """Return the atlas as it is kept."""
        sheets = [(each.low, each.name, each.rows, each.index_bytes) for each in self.sheets]
        return orjson.dumps({"catalogs": sorted(self.catalogs), "sheets": sheets})

    @classmethod
    def of(cls, data: bytes) -> Atlas:
        """Return the atlas that was kept as these bytes.

        Examples
        --------
        >>> atlas = Atlas(frozenset({"TDE"}), (Sheet(0, "ab12", 148, 900),))
        >>> Atlas.of(atlas.to_bytes()) == atlas
        True
        """
        found = orjson.loads(data)
        return cls(frozenset(found["catalogs"]), tuple(Sheet(*each) for each in found["sheets"]))
