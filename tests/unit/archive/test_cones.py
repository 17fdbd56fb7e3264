"""Cone searches: equal to astropy's, on DuckDB and in Google's engine; pruned to what is near."""

import astropy.units as u
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from astropy.coordinates import SkyCoord, search_around_sky
from sqlglot import exp

from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.pruning import spans_read
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.cones import cone_statement, of_source
from fritz.archive.schema import Column, Table
from fritz.errors import Invalid, NotFound
from fritz.ports import Statement
from fritz.services.cones import ConeService
from fritz.sky.healpix import cells_of
from tests.support.googlesql import GoogleSql

STARS = Table(
    "stars",
    (
        Column("id", "INT64", "Number", mode="REQUIRED"),
        Column("ra", "FLOAT64", "Right ascension", "deg", mode="REQUIRED"),
        Column("dec", "FLOAT64", "Declination", "deg", mode="REQUIRED"),
        Column("healpix", "INT64", "Cell of order 29", mode="REQUIRED"),
    ),
    "Stars.",
    cluster=("healpix",),
)


def stars(ra, dec):
    cells = cells_of(ra, dec)
    order = np.argsort(cells)
    found = {"id": np.arange(len(ra)), "ra": ra, "dec": dec, "healpix": cells}
    return pa.table({name: values[order] for name, values in found.items()})


@pytest.fixture
def kept(tmp_path):
    """Return what keeps stars in a warehouse, in files of so many rows."""
    objects = FolderObjects(tmp_path / "objects")
    warehouse = ParquetWarehouse(tmp_path / "warehouse", objects, {"stars": STARS})

    def keep(ra, dec, rows=1_000_000):
        table = stars(ra, dec)
        keys = []
        for first in range(0, len(ra), rows):
            sink = pa.BufferOutputStream()
            pq.write_table(table.slice(first, rows), sink)
            keys.append(f"stars/{first}.parquet")
            objects.create(keys[-1], sink.getvalue().to_pybytes())
        assert warehouse.load("stars", keys) == len(ra)
        return warehouse

    yield keep
    warehouse.close()


def everywhere(number, rng):
    """Return positions over the whole sky, many at the poles, at RA 0 and on edges of faces."""
    ra, dec = rng.uniform(0, 360, number), np.degrees(np.arcsin(rng.uniform(-1, 1, number)))
    part = number // 8
    dec[:part] = 90 - np.abs(rng.normal(0, 0.02, part))
    dec[part : 2 * part] = -90 + np.abs(rng.normal(0, 0.02, part))
    ra[2 * part : 3 * part] = rng.normal(0, 0.001, part) % 360
    dec[2 * part : 3 * part] = rng.uniform(-89, 89, part)
    dec[3 * part : 4 * part] = 41.8103149 + rng.normal(0, 0.01, part)
    ra[4 * part : 5 * part] = (45 * rng.integers(0, 8, part) + rng.normal(0, 0.001, part)) % 360
    return ra, dec


@pytest.mark.parametrize(("number", "radius"), [(100_000, 2.0), (2_000, 120.0)])
def test_matches_are_those_of_astropy_poles_and_ra_0_included(kept, number, radius):
    rng = np.random.default_rng(20)
    ra, dec = everywhere(number, rng)
    near = rng.normal(0, radius / 3600 / 1.5, (2, number))
    other_dec = np.clip(dec + near[0], -90, 90)
    other_ra = (ra + near[1] / np.maximum(np.cos(np.radians(other_dec)), 1e-4)) % 360
    service = ConeService(kept(ra, dec), {"stars": STARS})
    found = service.search("stars", other_ra, other_dec, radius, columns=["id"])
    ours = set(zip(found["position"].to_pylist(), found["id"].to_pylist(), strict=True))
    theirs = search_around_sky(
        SkyCoord(other_ra * u.deg, other_dec * u.deg),
        SkyCoord(ra * u.deg, dec * u.deg),
        radius * u.arcsec,
    )
    asked, there, apart = theirs[0], theirs[1], theirs[2].to_value(u.arcsec)
    rim = np.abs(apart - radius) < 1e-6
    sure = set(zip(asked[~rim].tolist(), there[~rim].tolist(), strict=True))
    maybe = set(zip(asked[rim].tolist(), there[rim].tolist(), strict=True))
    assert len(sure) > number / 3
    assert sure <= ours <= sure | maybe
    distance = dict(zip(zip(asked.tolist(), there.tolist(), strict=True), apart, strict=True))
    rows = zip(found["position"].to_pylist(), found["id"].to_pylist(), strict=True)
    expected = np.array([distance.get(pair, radius) for pair in rows])
    np.testing.assert_allclose(found["distance_arcsec"].to_numpy(), expected, atol=2e-6)


def test_nearest_comes_first_for_each_position(kept):
    service = ConeService(kept(np.array([10.0, 10.0003, 200.0]), np.zeros(3)), {"stars": STARS})
    found = service.search("stars", [200.0, 10.0002], [0.0, 0.0], 2.0)
    assert found.column_names == ["position", "distance_arcsec", "id", "ra", "dec", "healpix"]
    assert found["position"].to_pylist() == [0, 1, 1]
    assert found["id"].to_pylist() == [2, 1, 0]
    np.testing.assert_allclose(found["distance_arcsec"].to_numpy(), [0, 0.36, 0.72], atol=1e-6)


@pytest.mark.xdist_group("googlesql")
def test_google_s_engine_finds_the_same(kept):
    rng = np.random.default_rng(4)
    ra, dec = everywhere(300, rng)
    statement = cone_statement("stars", ra[:40] + 1e-4, dec[:40], 2.0, columns=[of_source("id")])
    google = GoogleSql([STARS])
    assert "UNNEST(@positions_position)" in google.analyse(statement)
    rows = google.run(statement, {"stars": stars(ra, dec).to_pylist()})
    ours = kept(ra, dec).run(statement).to_pylist()
    assert {(row[0], row[2]) for row in rows} == {(row["position"], row["id"]) for row in ours}
    assert len(rows) > 20


def test_only_files_near_the_positions_are_read(kept):
    rng = np.random.default_rng(6)
    ra, dec = rng.uniform(0, 360, 20_000), np.degrees(np.arcsin(rng.uniform(-1, 1, 20_000)))
    warehouse = kept(ra, dec, rows=200)
    field = cone_statement(
        "stars",
        150 + rng.uniform(0, 7, 256),
        30 + rng.uniform(0, 7, 256),
        2.0,
        columns=[of_source("id")],
    )
    whole = exp.select(exp.Count(this=exp.Star())).from_("stars")
    assert warehouse.dry_run(field) < 0.05 * warehouse.dry_run(Statement(whole))


def test_ranges_that_or_joins_prune_and_others_do_not():
    table = exp.select("id").from_("stars")

    def read(condition, **values):
        return spans_read(table.where(condition), "stars", "healpix", values)

    either = "healpix BETWEEN 3 AND 5 OR healpix BETWEEN 9 AND 10"
    assert read(either) == [(3, 5), (9, 10)]
    assert read(f"({either}) AND id = 7") == [(3, 5), (9, 10)]
    assert read("healpix BETWEEN 3 AND 5 OR id = 7") is None
    assert read("NOT healpix BETWEEN 3 AND 5") is None
    assert read("id = 7") is None


def test_bad_searches_are_refused(kept):
    service = ConeService(kept(np.array([1.0]), np.array([1.0])), {"stars": STARS})
    with pytest.raises(NotFound, match="no table nosuch"):
        service.search("nosuch", [1], [1], 2)
    with pytest.raises(Invalid, match="no column mag"):
        service.search("stars", [1], [1], 2, columns=["mag"])
    with pytest.raises(Invalid, match="0 right ascensions"):
        service.search("stars", [], [], 2)
    with pytest.raises(Invalid, match="no place on the sphere"):
        service.search("stars", [1], [91], 2)
    with pytest.raises(Invalid, match="19 degrees"):
        service.search("stars", [1], [1], 1e6)
