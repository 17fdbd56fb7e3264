"""Loading catalogs: every format gives the same rows, a cut-off load goes on, rows add up."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from astropy.table import Table

from fritz.adapters.catalog_files import catalog_files
from fritz.archive.tables import TABLES
from fritz.catalogs.library import catalog
from fritz.errors import Conflict, Invalid, Transient
from fritz.services import catalog_loading
from fritz.services.cones import ConeService
from tests.support.catalogs import Archive, TableFile
from tests.support.fakes import FailingOnce

STARS = 400


@pytest.fixture
def archive(tmp_path):
    opened = Archive(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def gaia():
    """Stars of a patch at RA 0: each coarse cell makes files, and files take time."""
    rng = np.random.default_rng(1)
    return pa.table(
        {
            "source_id": np.arange(STARS) + 10**18,
            "ra": rng.uniform(-3, 3, STARS) % 360,
            "dec": rng.uniform(-3, 3, STARS),
            "phot_g_mean_mag": rng.uniform(10, 21, STARS),
            "parallax": rng.normal(0, 1, STARS),
            "pmra": rng.normal(0, 10, STARS),
            "pmdec": rng.normal(0, 10, STARS),
        }
    )


def _written(kind, table, folder):
    if kind == "parquet":
        pq.write_table(table, folder / "gaia.parquet")
        return folder / "gaia.parquet"
    if kind == "csv":
        pyarrow.csv.write_csv(table, folder / "gaia.csv")
        return folder / "gaia.csv"
    if kind == "hats":
        for number, part in enumerate((table.slice(0, 100), table.slice(100))):
            path = folder / f"gaia/dataset/Norder=0/Dir=0/Npix={number}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(part, path)
        (folder / "gaia/properties").write_text("obs_collection=gaia\n")
        pq.write_table(table.slice(0, 1), folder / "gaia/dataset/_metadata")
        return folder / "gaia"
    found = Table({name: table[name].to_numpy() for name in table.column_names})
    if kind == "votable":
        found.write(folder / "gaia.vot", format="votable")
        return folder / "gaia.vot"
    found.write(folder / f"gaia.{kind}")
    return folder / f"gaia.{kind}"


@pytest.mark.parametrize("kind", ["parquet", "csv", "hats", "fits", "fits.gz", "votable"])
def test_every_format_brings_the_same_rows(archive, gaia, tmp_path, kind, monkeypatch):
    monkeypatch.setattr(catalog_loading, "STRETCH_ROWS", 10**8)
    files = catalog_files(_written(kind, gaia, tmp_path))
    report = archive.loader().load(catalog("Gaia_DR3"), files)
    assert (report.rows_in, report.rows, report.in_sky) == (STARS, STARS, STARS)
    service = ConeService(archive.warehouse, TABLES)
    ra, dec = gaia["ra"].to_numpy(), gaia["dec"].to_numpy()
    found = service.search("catalog_Gaia_DR3", ra, dec, 1.0, columns=["_id", "parallax"])
    assert found["_id"].to_pylist() == [str(each) for each in gaia["source_id"].to_pylist()]
    np.testing.assert_allclose(found["parallax"].to_numpy(), gaia["parallax"].to_numpy())


@pytest.mark.parametrize(
    ("port", "method"), [("objects", "create"), ("objects", "exists"), ("warehouse", "load")]
)
def test_a_load_that_was_cut_off_goes_on_and_nothing_comes_twice(
    archive, gaia, monkeypatch, port, method
):
    monkeypatch.setattr(catalog_loading, "STRETCH_ROWS", 10**8)
    files = [TableFile(gaia, rows=150), TableFile(gaia.slice(0, 50), name="more", rows=150)]
    failing = FailingOnce(getattr(archive, port), method)
    with pytest.raises(Transient):
        archive.loader(**{port: failing}).load(catalog("Gaia_DR3"), files)
    assert archive.store.report("Gaia_DR3") is None
    report = archive.loader().load(catalog("Gaia_DR3"), files)
    assert (report.rows_in, report.rows, report.in_sky) == (450, 450, 450)
    assert archive.store.report("Gaia_DR3") == report
    assert not list(archive.objects.list("catalogs/Gaia_DR3/staged/"))


def test_refused_rows_are_counted_by_reason(archive):
    ra, dec = [1.0, None, 3.0], [1.0, 2.0, 95.0]
    report = archive.load("GCVS", ra=ra, dec=dec, VarType=["M", "RR", "EA"])
    assert report.refused == {"no position": 1, "position out of range": 1}
    assert report.rows == 1
    assert report.whole


def test_a_loaded_catalog_is_not_loaded_again(archive):
    archive.load("GCVS", ra=[1.0], dec=[1.0])
    with pytest.raises(Conflict, match="GCVS is loaded"):
        archive.load("GCVS", ra=[1.0], dec=[1.0])


def test_galaxies_of_unknown_distance_are_kept_but_match_nothing(archive):
    report = archive.load("CLU_20190625", ra=[1.0, 2.0], dec=[1.0, 2.0], z=[0.02, None])
    assert (report.rows, report.in_sky) == (2, 1)


def test_files_of_other_kinds_are_refused(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.parquet").write_text("not parquet")
    with pytest.raises(Invalid, match=r"a\.txt ends in none of"):
        catalog_files(tmp_path / "a.txt")
    with pytest.raises(Invalid, match="no file"):
        catalog_files(tmp_path / "c.csv")
    with pytest.raises(Invalid, match=r"b.parquet cannot be read as parquet"):
        list(catalog_files(tmp_path / "b.parquet")[0].chunks())
