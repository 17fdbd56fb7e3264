"""A night matched again: catalogs that came later are known of its objects, and of no others."""

from datetime import timedelta

import orjson
import pytest
from sqlglot import exp

from fritz.alerts.night import night_of
from fritz.archive.sky_queries import objects_of_night
from fritz.errors import Invalid
from fritz.ports import Statement
from fritz.services.envelopes import Envelope
from fritz.services.histories import HistoryStore
from fritz.services.nights import NightService
from fritz.services.past_alerts import PastAlerts
from fritz.services.publications import Publications
from fritz.services.reconciling import Reconciliation
from fritz.services.rematching import RematchService
from tests.support.catalogs import Archive
from tests.support.fakes import MemoryBus
from tests.support.googlesql import googlesql
from tests.support.packets import ztf_packet
from tests.unit.services.test_crossmatch import JD, NOON, documents, ingest

__all__ = ["googlesql"]
NIGHT = night_of(JD)


@pytest.fixture
def archive(tmp_path):
    opened = Archive(tmp_path)
    yield opened
    opened.close()


def service(archive, at):
    return RematchService(
        warehouse=archive.warehouse,
        histories=HistoryStore(archive.documents),
        matching=archive.matching_by_night(),
        now=lambda: at,
    )


def asked(**fields):
    return Envelope(orjson.dumps(fields), {"origin": "schedule"}, "1", NOON)


def test_a_catalog_that_came_later_is_known_of_the_night_s_objects(archive):
    bus = MemoryBus()
    ingest(archive, bus, ztf_packet(candid=1, object_id="ZTF26a", jd=JD, ra=10.0, dec=20.0))
    archive.load("Gaia_DR3", source_id=[5], ra=[10.0], dec=[20.0], parallax=[0.5])
    at = NOON + timedelta(hours=4)
    report = service(archive, at).rematch(NIGHT)
    assert (report.objects, report.changed, report.statements) == (1, 1, 1)
    again = service(archive, at).rematch(NIGHT)
    assert (again.objects, again.changed, again.statements) == (1, 0, 0)
    every = service(archive, at).rematch(NIGHT, every=True)
    assert (every.changed, every.statements) == (0, 1)
    later = ztf_packet(candid=2, object_id="ZTF26a", jd=JD + 1, ra=10.0, dec=20.0)
    ingest(archive, bus, later, at=at + timedelta(hours=1))
    assert documents(bus)[2]["cross_matches"]["Gaia_DR3"][0]["parallax"] == 0.5
    past = PastAlerts(archive.warehouse)
    assert past.by_candid(1, {1})["cross_matches"] == {}
    assert past.by_candid(2, {1})["cross_matches"] == documents(bus)[2]["cross_matches"]


def test_a_match_belongs_to_whoever_may_see_the_alert_that_most_may_see(archive):
    bus = MemoryBus()
    hidden = ztf_packet(candid=1, object_id="ZTF26a", jd=JD, ra=10.0, dec=20.0, programid=2)
    public = ztf_packet(candid=2, object_id="ZTF26a", jd=JD + 0.1, ra=10.0, dec=20.0)
    ingest(archive, bus, hidden, public)
    archive.load("Gaia_DR3", source_id=[5], ra=[10.0], dec=[20.0])
    assert service(archive, NOON).rematch(NIGHT).changed == 1
    rows = archive.warehouse.run(Statement(exp.select("*").from_("cross_matches"))).to_pylist()
    assert [(row["objectId"], row["programid"]) for row in rows] == [("ZTF26a", 1)]


def test_a_night_is_the_one_that_the_message_names_or_the_one_just_past(archive):
    books = Reconciliation(
        publications=Publications(archive.documents, lambda: NOON),
        warehouse=archive.warehouse,
        now=lambda: NOON,
    )
    nights = NightService(service(archive, NOON), books, lambda: NOON)
    for message, night in ((asked(), 20260319), (asked(night=NIGHT, every=True), NIGHT)):
        report = nights.run(message)
        assert (report.rematched.night, report.books.day) == (night, night)
    with pytest.raises(Invalid, match="not JSON"):
        nights.run(Envelope(b"{", {}, "1", NOON))


@pytest.mark.xdist_group("googlesql")
def test_google_s_analyser_accepts_the_night_s_objects(googlesql):
    assert "QUALIFY" in googlesql.analyse(objects_of_night(20260319))
