"""Cones answered from volumes are those that the warehouse answers, and read what they touch."""

import numpy as np
import pyarrow as pa
import pytest

from fritz.archive.collections import collection_of
from fritz.archive.query_requests import parse_request
from fritz.catalogs import blocks
from fritz.catalogs.library import catalog
from fritz.errors import Transient
from fritz.services import catalog_loading, catalog_volumes
from fritz.services.archived_catalogs import ArchivedCatalogs
from fritz.services.catalog_volumes import CatalogVolumes, VolumeBuilder
from fritz.services.collection_queries import CollectionQueries
from fritz.services.cone_queries import ConeQueries
from fritz.services.counting import CountingObjects, Counts
from tests.support.catalogs import Archive, TableFile
from tests.support.fakes import FailingOnce
from tests.unit.services.test_atlas import near, places

STARS = 6000
PUBLIC = frozenset({1})


@pytest.fixture(scope="module")
def sky():
    """Stars all over, at the poles, at RA 0 and on edges of faces; and positions near some."""
    rng = np.random.default_rng(11)
    ra, dec = places(rng, STARS)
    chosen = rng.integers(0, STARS, 150)
    return ra, dec, near(rng, ra[chosen], dec[chosen], 2.0)


@pytest.fixture(scope="module")
def archive(sky, tmp_path_factory):
    ra, dec, _ = sky
    rng = np.random.default_rng(12)
    magnitude = np.where(rng.random(STARS) < 0.2, np.nan, rng.normal(18, 2, STARS))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalog_loading, "STRETCH_ROWS", 5 * 10**8)
        patch.setattr(blocks, "BLOCK_ROWS", 16)
        opened = Archive(tmp_path_factory.mktemp("archive"))
        opened.load(
            "Gaia_DR3", source_id=np.arange(STARS), ra=ra, dec=dec,
            phot_g_mean_mag=pa.array(magnitude, from_pandas=True),
        )  # fmt: skip
        opened.load("GCVS", ra=[10.0, 10.0], dec=[20.0, 20.0], VarType=["M", "RR"])
    yield opened
    opened.close()


def asked(name, positions, arcsec, filter_=None, projection=None):
    wanted = {"filter": filter_ or {}, "projection": projection or {}}
    return parse_request(
        {
            "query_type": "cone_search",
            "query": {
                "object_coordinates": {
                    "cone_search_radius": arcsec,
                    "cone_search_unit": "arcsec",
                    "radec": {str(n): list(each) for n, each in enumerate(positions)},
                },
                "catalogs": {name: wanted},
            },
        }
    )


def answered(archive, request, volumes=None):
    queries = CollectionQueries(archive.warehouse, None, None)
    cones = ConeQueries(queries, volumes)
    ((name, wanted),) = request.catalogs.items()
    found = cones.around(collection_of(name), request, wanted, PUBLIC)
    return {key: sorted(rows, key=lambda row: row["_id"]) for key, rows in found.items()}


@pytest.mark.parametrize("arcsec", [0.5, 5.0, 300.0])
@pytest.mark.parametrize(
    ("filter_", "projection"),
    [({}, {}), ({"phot_g_mean_mag": {"$lt": 18}}, {"_id": 1, "phot_g_mean_mag": 1})],
)
def test_cones_find_what_the_warehouse_finds(archive, sky, arcsec, filter_, projection):
    positions = list(zip(*(each.tolist() for each in sky[2]), strict=True))
    request = asked("Gaia_DR3", positions, arcsec, filter_, projection)
    volumes = CatalogVolumes(archive.objects)
    found = answered(archive, request, volumes)
    assert found == answered(archive, request)
    if arcsec > 1:
        assert sum(map(bool, found.values())) > len(positions) / 3


def test_a_cone_is_a_read_of_few_blocks_and_indexes_are_kept(archive, sky):
    counts = Counts()
    volumes = CatalogVolumes(CountingObjects(archive.objects, counts))
    ra, dec, _ = sky
    volumes.around("Gaia_DR3", ra[-1:], dec[-1:], 2.0)
    first = counts.object_reads
    volumes.around("Gaia_DR3", ra[-1:], dec[-1:], 2.0)
    assert 3 <= first <= 5  # the list, an index, a block or two
    assert 1 <= counts.object_reads - first <= 2


def test_wide_cones_and_catalogs_without_volumes_are_left_to_the_warehouse(
    archive, sky, monkeypatch
):
    monkeypatch.setattr(catalog_volumes, "MOST_BLOCKS", 8)
    volumes = CatalogVolumes(archive.objects)
    assert volumes.around("Gaia_DR3", [10.0], [20.0], 3.6e4) is None
    assert volumes.around("milliquas", [10.0], [20.0], 2.0) is None
    assert volumes.around("GCVS", [10.0], [20.0], 2.0).num_rows == 2
    assert volumes.around("GCVS", [200.0], [-20.0], 2.0).num_rows == 0


def test_a_catalog_that_is_loaded_meanwhile_is_found_after_a_minute(tmp_path):
    opened, clock = Archive(tmp_path), [0.0]
    volumes = CatalogVolumes(opened.objects, lambda: clock[0])
    assert volumes.around("GCVS", [1.0], [1.0], 2.0) is None
    opened.load("GCVS", ra=[1.0], dec=[1.0])
    assert volumes.around("GCVS", [1.0], [1.0], 2.0) is None
    clock[0] = 61.0
    assert volumes.around("GCVS", [1.0], [1.0], 2.0).num_rows == 1
    opened.close()


def test_all_catalogs_at_a_position_come_nearest_first_either_way(archive, sky, tmp_path):
    ra, dec = (float(each[0]) for each in sky[2])
    empty = CatalogVolumes(Archive(tmp_path).objects)
    ways = [
        ArchivedCatalogs(archive.warehouse, archive.documents, volumes)
        for volumes in (CatalogVolumes(archive.objects), empty)
    ]
    one, other = (each.around(ra, dec, 300.0) for each in ways)
    assert one.keys() == other.keys() == {"GCVS", "Gaia_DR3"}
    assert [row["_id"] for row in one["Gaia_DR3"]] == [row["_id"] for row in other["Gaia_DR3"]]
    for mine, theirs in zip(one["Gaia_DR3"], other["Gaia_DR3"], strict=True):
        assert mine == pytest.approx(theirs, nan_ok=True)
    stars = [each.stars(ra, dec, 300.0) for each in ways]
    assert stars[0] == stars[1]
    assert stars[0][1]


@pytest.mark.parametrize("method", ["create", "get"])
def test_a_build_that_was_cut_off_goes_on(tmp_path, method):
    opened = Archive(tmp_path)
    file = TableFile(pa.table({"ra": [1.0, 2.0], "dec": [1.0, 2.0]}))
    opened.loader().load(catalog("GCVS"), [file])
    for key in [*opened.objects.list("catalogs/GCVS/volumes")]:
        opened.objects.delete(key)
    with pytest.raises(Transient):
        VolumeBuilder(FailingOnce(opened.objects, method)).add("GCVS")
    builder = VolumeBuilder(opened.objects)
    builder.add("GCVS")
    builder.add("GCVS")
    assert CatalogVolumes(opened.objects).around("GCVS", [2.0], [2.0], 2.0).num_rows == 1
    opened.close()
