"""The cross-match of one batch of ingest: by the atlas, and by a statement on the table `sky`.

Stars fill one ZTF field; ``BENCH_ROWS`` sets how many. All catalogs at their full size would be
fifteen million rows there.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

ROWS = int(os.environ.get("BENCH_ROWS", "3000000"))
PART_ROWS = 1_000_000
BATCH = 256
REPEATS = 5
JD = 2461100.5


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for a batch by either way."""
    from fritz.adapters.embedded.documents import SqliteDocuments
    from fritz.adapters.embedded.objects import FolderObjects
    from fritz.adapters.embedded.warehouse import ParquetWarehouse
    from fritz.archive.tables import TABLES
    from fritz.catalogs.matching import Target
    from fritz.services.atlas_store import AtlasStore
    from fritz.services.catalog_store import CatalogStore, LoadedCatalogs, LoadReport
    from fritz.services.counting import CountingObjects, Counts
    from fritz.services.crossmatch import CrossMatchService
    from fritz.services.skies import AtlasSky, TableSky

    rng = np.random.default_rng(1)
    ra, dec = 150 + rng.uniform(-4.2, 4.2, ROWS), 30 + rng.uniform(-3.6, 3.6, ROWS)
    with tempfile.TemporaryDirectory() as folder:
        objects = FolderObjects(Path(folder) / "objects")
        documents = SqliteDocuments(Path(folder) / "documents.sqlite")
        warehouse = ParquetWarehouse(Path(folder) / "warehouse", objects, TABLES)
        atlas = AtlasStore(documents, objects, lambda: datetime.now(UTC))
        keys = parts(objects, ra, dec)
        warehouse.load("sky", keys)
        yield built(objects, atlas, keys)
        store = CatalogStore(documents)
        store.loaded(LoadReport("Gaia_DR3"), datetime.now(UTC))
        chosen = rng.integers(0, ROWS, BATCH)
        targets = [
            Target(float(ra[n]), float(dec[n] + rng.normal(0, 0.5) / 3600), JD) for n in chosen
        ]
        counts = Counts()
        skies = {
            "atlas": AtlasSky(CountingObjects(objects, counts), atlas, 60),
            "table": TableSky(warehouse, LoadedCatalogs(store, 60)),
        }
        found = {}
        for name, sky in skies.items():
            service = CrossMatchService(sky)
            found[name] = service.match(targets)
            counts.object_reads = counts.read_bytes = 0
            ms, cpu_ms = best(lambda service=service: service.match(targets))
            line = {"way": name, "objects": BATCH, "rows_in_field": ROWS, "ms": ms}
            line |= {"cpu_ms": cpu_ms, "reads": counts.object_reads // REPEATS}
            yield {**line, "read_bytes": counts.read_bytes // REPEATS}
        assert found["atlas"] == found["table"]
        warehouse.close()
        documents.close()


def parts(objects: Any, ra: Any, dec: Any) -> list[str]:
    """Write the stars as rows of the sky and return the keys."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from fritz.catalogs.library import catalog
    from fritz.catalogs.mapping import mapped
    from fritz.catalogs.sky_rows import sky_rows

    gaia = catalog("Gaia_DR3")
    keys = []
    for first in range(0, len(ra), PART_ROWS):
        mine = slice(first, first + PART_ROWS)
        rng = np.random.default_rng(first)
        number = len(ra[mine])
        magnitudes = rng.normal(18, 2, number)
        stars = pa.table({
            "source_id": np.arange(first, first + number) + 10**18, "ra": ra[mine],
            "dec": dec[mine], "phot_g_mean_mag": magnitudes, "parallax": rng.normal(0, 1, number),
            "pmra": rng.normal(0, 10, number), "pmdec": rng.normal(0, 10, number),
        })  # fmt: skip
        sink = pa.BufferOutputStream()
        pq.write_table(sky_rows(gaia, mapped(gaia, stars).rows), sink)
        keys.append(f"sky/{first:09d}.parquet")
        objects.create(keys[-1], sink.getvalue().to_pybytes())
    return keys


def built(objects: Any, atlas: Any, keys: list[str]) -> dict[str, Any]:
    """Build the atlas and return what it took."""
    from fritz.services.atlas_building import AtlasBuilder

    began = time.perf_counter()
    AtlasBuilder(objects, atlas).add("Gaia_DR3", keys)
    took = time.perf_counter() - began
    made = atlas.read(atlas.named().key)
    size = sum(len(objects.get(each.key)) for each in made.sheets)
    return {
        "atlas_rows": made.rows,
        "sheets": len(made.sheets),
        "bytes_per_row": round(size / made.rows, 1),
        "build_rows_per_s": round(made.rows / took),
    }


def best(run: Any) -> tuple[float, float]:
    """Return the shortest of some runs and its processor time, milliseconds."""
    times = []
    for _ in range(REPEATS):
        began, used = time.perf_counter(), time.process_time()
        run()
        times.append((time.perf_counter() - began, time.process_time() - used))
    return tuple(round(each * 1e3, 1) for each in min(times))  # type: ignore[return-value]
