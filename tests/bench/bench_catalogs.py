"""Cone searches against a catalog of 10^7 rows: whole batches, one field, and ten times the rows.

Beside each the same search by a k-d tree that holds the catalog in memory. The catalog is made
once, in a folder that goes away. ``BENCH_ROWS`` sets another size.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROWS = int(os.environ.get("BENCH_ROWS", "10000000"))
FILE_ROWS = 1_000_000
RADIUS = 2.0
FIELD = 256
REPEATS = 3


def bench() -> Iterator[dict[str, Any]]:
    """Yield a line for each size of batch, then for one field of catalogs of two sizes."""
    with tempfile.TemporaryDirectory() as folder:
        large = Sky(Path(folder) / "large", ROWS)
        yield {"catalog_rows": ROWS, "load_s": large.took_s, "bytes": large.bytes}
        tree = large.tree()
        for number in (1_000_000, 100_000):
            yield batch(large, tree, number)
        found = field(large)
        yield found
        small = Sky(Path(folder) / "small", ROWS // 10)
        fewer = field(small)
        ratio = found["ms_per_catalog"] / fewer["ms_per_catalog"]
        yield {**fewer, "ten_times_the_rows_take": round(ratio, 2)}
        yield one_by_one(large)


class Sky:
    """Stars spread evenly over the sphere, in a warehouse of their own."""

    def __init__(self, folder: Path, rows: int) -> None:
        import pyarrow as pa

        from fritz.adapters.embedded.objects import FolderObjects
        from fritz.adapters.embedded.warehouse import ParquetWarehouse
        from fritz.archive.tables import TABLES
        from fritz.catalogs.library import catalog
        from fritz.catalogs.mapping import mapped
        from fritz.services.cones import ConeService

        began = time.perf_counter()
        rng = np.random.default_rng(1)
        self.ra = rng.uniform(0, 360, rows)
        self.dec = np.degrees(np.arcsin(rng.uniform(-1, 1, rows)))
        data = pa.table({
            "id": np.arange(rows), "ra": self.ra, "dec": self.dec,
            "phot_g_mean_mag": rng.normal(18, 2, rows),
        })  # fmt: skip
        objects = FolderObjects(folder / "objects")
        warehouse = ParquetWarehouse(folder / "warehouse", objects, TABLES)
        sorted_rows = mapped(catalog("Gaia_DR3"), data).rows
        keys = [put(objects, sorted_rows.slice(first, FILE_ROWS), first)
                for first in range(0, rows, FILE_ROWS)]  # fmt: skip
        warehouse.load("catalog_Gaia_DR3", keys)
        self.objects = objects
        self.service = ConeService(warehouse, TABLES)
        self.took_s = round(time.perf_counter() - began, 1)
        self.bytes = sum(p.stat().st_size for p in (folder / "warehouse").rglob("*.parquet"))

    def shelve(self) -> None:
        """Make the volumes that single cones are read from."""
        from fritz.services.catalog_volumes import VolumeBuilder

        VolumeBuilder(self.objects).add("Gaia_DR3")

    def tree(self) -> Any:
        """Return the same stars in memory, as unit vectors."""
        from scipy.spatial import cKDTree

        from fritz.sky.coordinates import unit_vector

        return cKDTree(unit_vector(self.ra, self.dec))

    def near(self, rng: np.random.Generator, chosen: Any) -> tuple[Any, Any]:
        """Return positions about an arcsecond from some of the stars."""
        return self.ra[chosen], self.dec[chosen] + rng.normal(0, 1 / 3600, len(chosen))

    def search(self, ra: Any, dec: Any) -> Any:
        """Return the matches of positions."""
        return self.service.search(
            "catalog_Gaia_DR3", ra, dec, RADIUS, columns=["_id", "phot_g_mean_mag"]
        )


def put(objects: Any, rows: Any, number: int) -> str:
    """Write rows as an object and return its key."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink)
    key = f"catalogs/Gaia_DR3/rows/{number:09d}.parquet"
    objects.create(key, sink.getvalue().to_pybytes())
    return key


def best(run: Any) -> tuple[float, float, Any]:
    """Return the shortest of some runs in seconds, its processor time, and the result."""
    times = []
    result = None
    for _ in range(REPEATS):
        began, used = time.perf_counter(), time.process_time()
        result = run()
        times.append((time.perf_counter() - began, time.process_time() - used))
    return *min(times), result


def batch(sky: Sky, tree: Any, number: int) -> dict[str, Any]:
    """Return what one batch all over the sky takes, here and by the tree."""
    from fritz.sky.coordinates import unit_vector

    rng = np.random.default_rng(number)
    ra, dec = sky.near(rng, rng.integers(0, len(sky.ra), number))
    ours_s, cpu_s, found = best(lambda: sky.search(ra, dec))
    chord = 2 * np.sin(np.radians(RADIUS / 3600) / 2)
    tree_s, tree_cpu_s, theirs = best(
        lambda: tree.query_ball_point(unit_vector(ra, dec), chord, workers=-1, return_length=True)
    )
    assert found.num_rows == int(theirs.sum())
    return {
        "positions": number,
        "matches": found.num_rows,
        "positions_per_s": round(number / ours_s),
        "positions_per_cpu_s": round(number / cpu_s),
        "tree_positions_per_s": round(number / tree_s),
        "tree_positions_per_cpu_s": round(number / tree_cpu_s),
        "times_the_tree": round(tree_s / ours_s, 2),
    }


def field(sky: Sky) -> dict[str, Any]:
    """Return what the positions of one batch of ingest take, all in one ZTF field."""
    rng = np.random.default_rng(3)
    inside = np.flatnonzero(
        (np.abs(sky.ra - 150.0) < 4.2) & (np.abs(sky.dec - 30.0) < 3.6)
    )  # fmt: skip
    ra, dec = sky.near(rng, rng.choice(inside, FIELD))
    took_s, cpu_s, found = best(lambda: sky.search(ra, dec))
    return {
        "catalog_rows": len(sky.ra),
        "positions_in_one_field": FIELD,
        "matches": found.num_rows,
        "ms_per_catalog": round(took_s * 1e3, 1),
        "cpu_ms_per_catalog": round(cpu_s * 1e3, 1),
    }


def one_by_one(sky: Sky) -> dict[str, Any]:
    """Measure single cones from the volumes, and what they read of the object store.

    Dollars are of a million cones: reads, and processor time as Cloud Run bills it while an
    instance computes.
    """
    from fritz.costs.ledger import Counts, prices
    from fritz.services.catalog_volumes import CatalogVolumes
    from fritz.services.counting import CountingObjects

    sky.shelve()
    counts, number = Counts(), 2_000
    volumes = CatalogVolumes(CountingObjects(sky.objects, counts))
    rng = np.random.default_rng(5)
    ra, dec = sky.near(rng, rng.integers(0, len(sky.ra), number))
    for n in range(number // 10):  # indexes come to stand in memory
        volumes.cone("Gaia_DR3", ra[n], dec[n], RADIUS)
    reads, read_bytes, began = counts.object_reads, counts.read_bytes, time.process_time()
    found = sum(len(volumes.cone("Gaia_DR3", ra[n], dec[n], RADIUS)[1]) > 0 for n in range(number))
    cpu_s = time.process_time() - began
    reads, read_bytes = counts.object_reads - reads, counts.read_bytes - read_bytes
    price = prices()
    return {
        "single_cones": number,
        "found": found,
        "reads_each": round(reads / number, 3),
        "bytes_each": round(read_bytes / number),
        "cpu_ms_each": round(cpu_s * 1e3 / number, 3),
        "reads_usd_per_million": round(reads / number * price["storage"]["read"] * 1e6, 2),
        "cpu_usd_per_million": round(cpu_s / number * price["run"]["vcpu_s"] * 1e6, 2),
        "statements_usd_per_million": round(
            price["bigquery"]["least_scanned_bytes"]
            / 2**40
            * price["bigquery"]["scanned_tib"]
            * 1e6,
            2,
        ),
    }
