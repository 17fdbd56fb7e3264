"""Cross-matches: one search for a batch over all catalogs, as Kowalski writes them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import orjson
import pytest

from fritz.archive.sky_queries import match_statement, matches_of_objects
from fritz.catalogs.matching import Target
from fritz.filters import compile_filter
from fritz.services.backtest import Backtest
from fritz.services.envelopes import Envelope
from fritz.services.histories import HistoryStore
from fritz.services.ingest import IngestService
from fritz.services.past_alerts import PastAlerts
from fritz.services.scoring import ScoringService
from tests.support.catalogs import Archive
from tests.support.fakes import MemoryBus
from tests.support.googlesql import googlesql
from tests.support.packets import ztf_packet

__all__ = ["googlesql"]

NOON = datetime(2026, 3, 19, 12, tzinfo=UTC)
JD = 2461100.5
M31 = (10.684708, 41.26875)


@pytest.fixture
def archive(tmp_path):
    opened = Archive(tmp_path)
    yield opened
    opened.close()


def matches(archive, ra, dec, jd=JD):
    return archive.matching().match([Target(ra, dec, jd)])[0].matches


def test_matches_within_the_radius_come_nearest_first_as_kowalski_shows_them(archive):
    archive.load(
        "Gaia_DR3",
        source_id=[1, 2, 3],
        ra=[10.0, 10.0, 10.0],
        dec=[20.0, 20.0 + 1 / 3600, 20.0 + 2.1 / 3600],
        parallax=[0.5, None, 1.0],
    )
    archive.load("milliquas", Name=["Q"], RA=[200.0], DEC=[1.0])
    found = matches(archive, 10.0, 20.0 + 0.9 / 3600)
    assert found["milliquas"] == []
    assert [row["_id"] for row in found["Gaia_DR3"]] == ["2", "1", "3"]
    nearest = found["Gaia_DR3"][0]
    assert nearest["parallax"] is None
    assert nearest["distance_arcsec"] == pytest.approx(0.1, abs=1e-6)
    assert nearest["coordinates"]["radec_str"] == ["00:40:00.0000", "20:00:01.000"]


def test_galaxies_match_by_their_distance(archive):
    archive.load(
        "CLU_20190625",
        cluid=[1, 2],
        name=["near", "far"],
        ra=[50.0, 50.0],
        dec=[10.0, 10.0],
        z=[0.01, 0.1],
    )
    (near,) = matches(archive, 50.0, 10.0 + 100 / 3600)["CLU_20190625"]
    assert (near["_id"], near["name"], near["ra"]) == ("1", "near", 50.0)
    assert near["coordinates"]["distance_arcsec"] == pytest.approx(100, abs=1e-5)
    assert near["coordinates"]["distance_kpc"] == pytest.approx(20, abs=1e-5)
    found = matches(archive, 50.0, 10.0 + 14.9 / 3600)["CLU_20190625"]
    assert sorted(row["name"] for row in found) == ["far", "near"]
    assert matches(archive, 50.0, 10.0 + 151 / 3600) == {"CLU_20190625": []}


def test_the_outline_of_m31_counts_and_not_a_circle(archive):
    archive.load("CLU_20190625", cluid=[596900], ra=[M31[0]], dec=[M31[1]], z=[-0.001])
    along, across = (11.5, 42.3), (9.6, 42.3)
    (row,) = matches(archive, *along)["CLU_20190625"]
    assert row["_id"] == "596900"
    assert row["distance_arcsec"] > 3600
    assert row["distance_kpc"] == -1.0
    assert matches(archive, *across)["CLU_20190625"] == []


def test_a_star_is_found_where_it_has_moved_to(archive):
    archive.load(
        "Gaia_DR3",
        source_id=[4472832130942575872],
        ra=[269.448503],
        dec=[4.739420],
        pmra=[-801.551],
        pmdec=[10362.394],
    )
    moved = 4.739420 + 10.0 * 10362.394e-3 / 3600
    in_2026 = 2461041.5
    ra = 269.448503 - 10.0 * 801.551e-3 / 3600 / np.cos(np.radians(moved))
    (barnard,) = matches(archive, ra, moved, jd=in_2026)["Gaia_DR3"]
    assert barnard["distance_arcsec"] < 0.05
    assert matches(archive, 269.448503, 4.739420, jd=in_2026)["Gaia_DR3"] == []


def test_a_batch_is_one_search_and_without_catalogs_none(archive):
    service = archive.matching()
    targets = [Target(ra, 1.0, JD) for ra in range(200)]
    assert {each.catalogs for each in service.match(targets)} == {()}
    assert service.searches == 0
    for name in ("Gaia_DR3", "GALEX", "AllWISE"):
        archive.load(name, id=[1], ra=[7.0], dec=[1.0])
    found = service.match(targets)
    assert service.searches == 1
    assert [len(rows) for rows in found[7].matches.values()] == [1, 1, 1]
    assert "_id" not in found[7].matches["GALEX"][0]


@pytest.mark.xdist_group("googlesql")
def test_google_s_analyser_accepts_the_statements_with_cells_as_parameters(googlesql):
    statement = match_statement([10.0, 250.0], [20.0, -89.9], ["Gaia_DR3", "CLU_20190625"])
    printed = googlesql.analyse(statement)
    assert "`source`.`cell` BETWEEN @low_0 AND @high_0" in printed
    assert "@positions_cell" in printed
    assert "JOIN `sky` AS `source` ON `source`.`cell` = `positions`.`cell`" in printed
    assert "@asked_name" in googlesql.analyse(matches_of_objects(["ZTF26a", "ZTF26b"], 20260319))


def ingest(archive, bus, *packets, at=NOON):
    service = IngestService(
        objects=archive.objects,
        warehouse=archive.warehouse,
        bus=bus,
        histories=HistoryStore(archive.documents),
        scoring=ScoringService(_NoModels()),
        matching=archive.matching(),
        now=lambda: at,
    )
    batch = [
        Envelope(data, {"packet_id": f"{at.isoformat()}/{n}"}, str(n), at)
        for n, data in enumerate(packets)
    ]
    return service.ingest(batch)


class _NoModels:
    @staticmethod
    def current():
        return []


def documents(bus):
    published = [orjson.loads(message.data) for message in bus.published["alerts"]]
    return {each["candid"]: each for each in published}


def test_an_object_is_matched_once_and_its_alerts_carry_that(archive):
    bus = MemoryBus()
    ingest(archive, bus, ztf_packet(candid=1, object_id="ZTF26a", jd=JD - 3))
    ra, dec = (documents(bus)[1]["candidate"][axis] for axis in ("ra", "dec"))
    archive.load("Gaia_DR3", source_id=[5], ra=[ra], dec=[dec + 1 / 3600], parallax=[0.5])
    later = NOON + timedelta(hours=1)
    ingest(archive, bus, ztf_packet(candid=2, object_id="ZTF26a", jd=JD - 2), at=later)
    archive.load("milliquas", Name=["Q"], RA=[ra], DEC=[dec])
    third = ztf_packet(candid=3, object_id="ZTF26a", jd=JD - 1)
    fresh = ztf_packet(candid=4, object_id="ZTF26b", jd=JD - 1)
    ingest(archive, bus, third, fresh, at=later + timedelta(hours=1))
    seen = {candid: each["cross_matches"] for candid, each in documents(bus).items()}
    assert seen[1] == {}
    assert [row["parallax"] for row in seen[2]["Gaia_DR3"]] == [0.5]
    assert seen[3] == seen[2]
    assert seen[4]["milliquas"][0]["Name"] == "Q"
    kept = HistoryStore(archive.documents).load(["ZTF26a"])["ZTF26a"].matched
    assert kept.matches == seen[2]


def test_the_archive_gives_back_what_each_alert_carried(archive):
    bus = MemoryBus()
    ingest(archive, bus, ztf_packet(candid=1, object_id="ZTF26a", jd=JD - 3))
    ra, dec = (documents(bus)[1]["candidate"][axis] for axis in ("ra", "dec"))
    archive.load("Gaia_DR3", source_id=[5], ra=[ra], dec=[dec + 1 / 3600], parallax=[0.5])
    archive.load("CLU_20190625", cluid=[7], ra=[ra], dec=[dec], z=[0.02])
    later = NOON + timedelta(hours=1)
    packets = [
        ztf_packet(candid=2, object_id="ZTF26a", jd=JD - 3),
        ztf_packet(candid=3, object_id="ZTF26b", jd=JD - 3),
    ]
    ingest(archive, bus, *packets, at=later)
    past = PastAlerts(archive.warehouse)
    for candid, streamed in documents(bus).items():
        assert past.by_candid(candid, {1})["cross_matches"] == streamed["cross_matches"]
    pipeline = [
        {"$match": {"cross_matches.CLU_20190625.0.z": {"$lt": 0.05}}},
        {"$project": {"annotations": {"z": "$cross_matches.CLU_20190625.z"}}},
    ]
    night = past.last_nights(1)[0]
    report = Backtest(archive.warehouse).run(pipeline, nights=(night, night), programids=(1,))
    compiled = compile_filter(pipeline)
    streamed = {candid for candid, each in documents(bus).items() if compiled.run(each) is not None}
    assert {each.candid for each in report.first} == streamed == {2, 3}
    assert report.alerts == 3
