"""The atlas and the table `sky` find the same rows, and the atlas reads what is touched."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from fritz.catalogs import blocks
from fritz.catalogs.matching import Target
from fritz.catalogs.sheets import rows_of_sheet
from fritz.errors import Transient
from fritz.services import atlas_building, block_reads, catalog_loading
from fritz.services.atlas_building import AtlasBuilder
from fritz.services.atlas_store import COLLECTION, AtlasStore
from fritz.services.counting import CountingObjects, Counts
from fritz.services.crossmatch import CrossMatchService
from fritz.services.skies import AtlasSky
from tests.support.catalogs import Archive
from tests.support.fakes import FailingOnce

JD = 2461100.5


@pytest.fixture
def archive(tmp_path, monkeypatch):
    # A few stretches instead of thousands: each is some files that are written to the disk.
    monkeypatch.setattr(catalog_loading, "STRETCH_ROWS", 5 * 10**8)
    opened = Archive(tmp_path)
    yield opened
    opened.close()


def places(rng, number):
    """Return positions: some all over, some at the poles, at RA 0 and on edges of HEALPix faces."""
    ra, dec = rng.uniform(0, 360, number), np.degrees(np.arcsin(rng.uniform(-1, 1, number)))
    fifth = number // 5
    dec[:fifth] = np.sign(rng.normal(size=fifth)) * (90 - rng.exponential(3e-4, fifth))
    ra[fifth : 2 * fifth] = rng.normal(0, 2e-4, fifth) % 360
    ra[2 * fifth : 3 * fifth] = 45.0 * rng.integers(0, 8, fifth) + rng.normal(0, 2e-4, fifth)
    return ra % 360, dec


def near(rng, ra, dec, arcsec):
    """Return positions some arcseconds off, as far as there is a pole to be crossed."""
    north = rng.normal(0, arcsec, len(ra)) / 3600
    east = rng.normal(0, arcsec, len(ra)) / 3600 / np.maximum(np.cos(np.radians(dec)), 1e-7)
    return (ra + east) % 360, np.clip(dec + north, -90, 90)


def fill(archive, rng, number):
    ra, dec = places(rng, number)
    motion = {n: rng.normal(0, 300, number) for n in ("pmra", "pmdec")}
    archive.load("Gaia_DR3", source_id=np.arange(number), ra=ra, dec=dec, **motion)
    archive.load("milliquas", Name=[str(n) for n in range(number)], RA=ra, DEC=dec)
    galaxies = slice(0, None, 3)
    z = rng.uniform(0.001, 0.1, number)[galaxies]
    far = near(rng, ra[galaxies], dec[galaxies], 60)
    archive.load("CLU_20190625", cluid=np.arange(len(z)), ra=far[0], dec=far[1], z=z)
    archive.load("NED", id=[1], ra=[10.684708], dec=[41.26875])
    return ra, dec


def targets(ra, dec, jd=JD):
    return [Target(*each, jd) for each in zip(ra.tolist(), dec.tolist(), strict=True)]


def test_both_ways_match_alike_at_poles_at_ra_zero_and_everywhere(archive, monkeypatch):
    monkeypatch.setattr(atlas_building, "SHEET_ROWS", 100)
    rng = np.random.default_rng(1)
    ra, dec = fill(archive, rng, 400)
    asked = [
        targets(*near(rng, ra, dec, arcsec), jd=JD - 365.25 * years)
        for arcsec, years in ((1.0, 0), (3.0, 7), (200.0, 0))
    ]
    by_atlas, by_table = archive.matching(), archive.matching_by_night()
    found = [by_atlas.match(each) for each in asked]
    assert found == [by_table.match(each) for each in asked]
    matched = [rows for each in found[0] for rows in each.matches.values()]
    assert sum(map(len, matched)) > 500


def test_sheets_tile_the_sky_in_order_and_hold_each_row_once(archive, monkeypatch):
    monkeypatch.setattr(atlas_building, "SHEET_ROWS", 200)
    fill(archive, np.random.default_rng(3), 600)
    atlas = archive.atlas.read(archive.atlas.named().key)
    assert atlas.catalogs == {"Gaia_DR3", "milliquas", "CLU_20190625", "NED"}
    assert atlas.sheets[0].low == 0
    assert len(atlas.sheets) > 5
    rows = [rows_of_sheet(archive.objects.get(each.key)) for each in atlas.sheets]
    assert max(each.num_rows for each in rows) <= 400
    reports = archive.store.reports().values()
    assert sum(each.num_rows for each in rows) == sum(each.in_sky for each in reports) == atlas.rows
    for (sheet, mine), (after, _) in pairwise(zip(atlas.sheets, rows, strict=True)):
        cells = mine["cell"].to_numpy()
        assert (np.diff(cells) >= 0).all()
        assert sheet.low <= cells[0] <= cells[-1] < after.low


def test_a_catalog_that_comes_in_during_a_batch_counts_from_the_next_on(archive):
    archive.load("GCVS", ra=[1.0], dec=[1.0])
    archive.load("milliquas", Name=["Q"], RA=[10.0], DEC=[20.0])
    sky = archive.sky()
    before = sky.now()
    archive.load("Gaia_DR3", source_id=[1], ra=[10.0], dec=[20.0])
    assert before.around([10.0], [20.0], ["milliquas", "Gaia_DR3"])["catalog"].to_pylist() == [
        "milliquas"
    ]
    (matched,) = CrossMatchService(sky).match([Target(10.0, 20.0, JD)])
    assert matched.catalogs == ("Gaia_DR3", "milliquas")
    assert [len(rows) for rows in matched.matches.values()] == [1, 1]


def test_what_was_replaced_stays_for_a_day(archive):
    at = [datetime(2026, 3, 1, tzinfo=UTC)]
    store = AtlasStore(archive.documents, archive.objects, lambda: at[0])
    builder = AtlasBuilder(archive.objects, store)
    archive.load("milliquas", Name=["Q"], RA=[10.0], DEC=[20.0])
    keys = list(archive.objects.list("catalogs/milliquas/sky/"))
    first = archive.atlas.read(archive.atlas.named().key).sheets[0]
    for hours, name in ((0, "A"), (23, "B"), (25, "C")):
        at[0] += timedelta(hours=hours)
        builder.add(name, keys)
        assert archive.objects.exists(first.key) == (name != "C")
    assert store.read(store.named().key).rows == 4
    assert len(list(archive.objects.list("atlas/sheets/"))) == 2 * 2


def test_of_two_loads_at_once_both_count(archive):
    archive.load("milliquas", Name=["Q"], RA=[10.0], DEC=[20.0])
    keys = list(archive.objects.list("catalogs/milliquas/sky/"))
    builder = AtlasBuilder(archive.objects, archive.atlas)

    class Meanwhile(AtlasStore):
        """A store in which another load is done just before this one's."""

        others = ["A"]  # noqa: RUF012 - one test's

        def replace(self, before, atlas):
            while self.others:
                builder.add(self.others.pop(), keys)
            super().replace(before, atlas)

    store = Meanwhile(archive.documents, archive.objects, lambda: datetime.now(UTC))
    AtlasBuilder(archive.objects, store).add("B", keys)
    atlas = store.read(store.named().key)
    assert atlas.catalogs == {"milliquas", "A", "B"}
    assert atlas.rows == 3


def test_a_merge_that_was_cut_off_goes_on(archive):
    archive.load("milliquas", Name=["Q"], RA=[10.0], DEC=[20.0])
    keys = list(archive.objects.list("catalogs/milliquas/sky/"))
    failing = FailingOnce(archive.documents, "commit")
    store = AtlasStore(failing, archive.objects, lambda: datetime.now(UTC))
    with pytest.raises(Transient):
        AtlasBuilder(archive.objects, store).add("A", keys)
    assert archive.sky().now().catalogs == {"milliquas"}
    AtlasBuilder(archive.objects, store).add("A", keys)
    AtlasBuilder(archive.objects, store).add("A", keys)
    assert archive.sky().now().atlas.rows == 2
    assert archive.documents.get(COLLECTION, "current").data["rows"] == 2


def reads_of_a_batch(archive, rng, number):
    """Return how often and how many bytes a batch reads where so many stars are."""
    ra, dec = rng.uniform(150, 151, number), rng.uniform(2, 3, number)
    archive.load("Gaia_DR3", source_id=np.arange(number), ra=ra, dec=dec)
    counts = Counts()
    objects = CountingObjects(archive.objects, counts)
    sky = AtlasSky(objects, archive.atlas, 60)
    chosen = targets(ra[:: number // 50], dec[:: number // 50])
    service = CrossMatchService(sky)
    assert all(each.matches["Gaia_DR3"] for each in service.match(chosen))
    began = counts.object_reads, counts.read_bytes
    service.match(chosen)
    return counts.object_reads - began[0], counts.read_bytes - began[1]


def test_ten_times_the_rows_are_not_more_to_read(tmp_path, monkeypatch):
    rng = np.random.default_rng(5)
    few, many = (Archive(tmp_path / name) for name in ("few", "many"))
    monkeypatch.setattr(blocks, "BLOCK_ROWS", 16)
    monkeypatch.setattr(block_reads, "NEAR_BYTES", 0)
    reads, size = reads_of_a_batch(few, rng, 5_000)
    more_reads, more_size = reads_of_a_batch(many, rng, 50_000)
    few.close()
    many.close()
    assert 40 < reads <= more_reads <= 2 * reads
    assert size <= more_size <= 2 * size
