"""Catalogs of the simulated sky, for the demo and for what counts its cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fritz.catalogs.library import catalog
from fritz.services.catalog_store import CatalogStore
from fritz.wiring import Platform, catalog_loader

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["load_simulated"]


@dataclass(frozen=True, slots=True)
class _Simulated:
    """One simulated catalog as a file to load."""

    name: str
    columns: Mapping[str, Any]

    @property
    def size(self) -> int:
        return sum(int(values.nbytes) for values in self.columns.values())

    def chunks(self) -> Iterator[pa.Table]:
        import pyarrow as pa

        yield pa.table(dict(self.columns))


def load_simulated(platform: Platform, alerts: int, seed: int) -> int:
    """Load catalogs that agree with a simulated night, unless they are there; return their rows."""
    from emulators.survey import simulate_catalogs

    known = CatalogStore(platform.documents).reports()
    rows = 0
    for name, columns in simulate_catalogs(alerts, seed).items():
        if name not in known:
            file = _Simulated(f"simulated {name} of seed {seed}", columns)
            rows += catalog_loader(platform).load(catalog(name), [file]).rows
    return rows
