"""What the loaded catalogs have at a position."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fritz.archive.cones import DISTANCE, POSITION
from fritz.archive.tables import TABLES
from fritz.catalogs.library import catalog, catalogs
from fritz.errors import Invalid
from fritz.marshal.finder import Star
from fritz.ports import DocumentStore, Warehouse
from fritz.services.catalog_store import CatalogStore
from fritz.services.catalog_volumes import CatalogVolumes
from fritz.services.cones import ConeService

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArchivedCatalogs"]

LARGEST_RADIUS_ARCSEC: Final = 3600.0
STARS: Final = ("Gaia_DR3", "Gaia_EDR3", "Gaia_DR2")
MAGNITUDE: Final = "phot_g_mean_mag"
MOST_ROWS: Final = 1000
"""Of each catalog."""


@dataclass(frozen=True, slots=True)
class ArchivedCatalogs:
    """Reads catalogs, which are open to everybody who is signed in."""

    warehouse: Warehouse
    documents: DocumentStore
    volumes: CatalogVolumes
    """Where rows around a position are read, as far as they are there."""

    def names(self) -> list[str]:
        """Return the names of the catalogs that are loaded."""
        return list(self.loaded())

    def loaded(self) -> dict[str, int]:
        """Return how many rows each catalog that is loaded has, by name."""
        known, reports = catalogs(), CatalogStore(self.documents).reports()
        return {name: reports[name].rows for name in sorted(reports) if name in known}

    def around(
        self, ra: float, dec: float, radius_arcsec: float
    ) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every catalog in a cone, the nearest first, by catalog.

        Raises
        ------
        Invalid
            The position or the radius is out of range.
        """
        if not 0 < radius_arcsec <= LARGEST_RADIUS_ARCSEC:
            raise Invalid("Radius must be <= 1.0 deg")
        return {name: _rows(self._cone(name, ra, dec, radius_arcsec)) for name in self.names()}

    def stars(self, ra: float, dec: float, radius_arcsec: float) -> tuple[str | None, list[Star]]:
        """Return which catalog of stars is loaded, the newest of Gaia, and its stars in a cone."""
        loaded = self.names()
        name = next((each for each in STARS if each in loaded), None)
        if name is None:
            return None, []
        found = self._cone(name, ra, dec, radius_arcsec, ["ra", "dec", MAGNITUDE])
        return name, [
            Star(row["ra"], row["dec"], row[MAGNITUDE])
            for row in found.to_pylist()
            if row[MAGNITUDE] is not None
        ]

    def _cone(
        self,
        name: str,
        ra: float,
        dec: float,
        radius_arcsec: float,
        columns: Sequence[str] | None = None,
    ) -> pa.Table:
        """Return rows of a catalog, the nearest first, with how far each is."""
        near = self.volumes.cone(name, ra, dec, radius_arcsec)
        if near is None:
            cones = ConeService(self.warehouse, TABLES)
            found = cones.search(catalog(name).table, [ra], [dec], radius_arcsec, columns=columns)
            return found.drop_columns([POSITION])
        rows, apart = near
        chosen = rows if columns is None else rows.select(columns)
        return chosen.append_column(DISTANCE, [apart.tolist()])


def _rows(found: Any) -> list[dict[str, Any]]:
    rows = found.slice(0, MOST_ROWS).drop_columns(["healpix"]).to_pylist()
    return [row | {"_id": str(row["_id"]), DISTANCE: round(row[DISTANCE], 4)} for row in rows]
