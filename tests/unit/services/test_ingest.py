"""A batch of packets: what is archived, published, remembered and refused."""

from datetime import UTC, datetime

import orjson
import pytest
from structlog.testing import capture_logs

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.onnx import OnnxRuntime
from fritz.alerts.document import enrich
from fritz.classifiers.model import LoadedModel
from fritz.errors import Transient
from fritz.marshal.candidate import PacketPlace
from fritz.services.atlas_store import AtlasStore
from fritz.services.crossmatch import CrossMatchService
from fritz.services.envelopes import Envelope
from fritz.services.histories import HistoryStore
from fritz.services.ingest import IngestService
from fritz.services.live_models import LiveModel
from fritz.services.packs import read_place
from fritz.services.scoring import ScoringService
from fritz.services.skies import AtlasSky
from tests.support.fakes import FailingOnce, MemoryBus, MemoryObjects, MemoryWarehouse
from tests.support.onnx_models import feature_model
from tests.support.packets import (
    fp_point,
    prv_point,
    retyped_packet,
    ztf_packet,
    ztf_packets,
    ztf_record,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JD = 2459000.75


class World:
    """An ingest service with everything around it in memory."""

    def __init__(self, path):
        self.documents = SqliteDocuments(path / "documents.sqlite")
        self.objects = MemoryObjects()
        self.warehouse = MemoryWarehouse()
        self.bus = MemoryBus()
        self.models = []

    def current(self):
        """Return the live models, as the scoring service asks for them."""
        return self.models

    def service(self, **replaced):
        ports = {
            "objects": self.objects,
            "warehouse": self.warehouse,
            "bus": self.bus,
            "histories": HistoryStore(self.documents),
            "scoring": ScoringService(self),
            "matching": CrossMatchService(
                AtlasSky(self.objects, AtlasStore(self.documents, self.objects, lambda: NOW), 0)
            ),
            **replaced,
        }
        return IngestService(now=lambda: NOW, **ports)

    def ingest(self, *packets, first=0, **replaced):
        envelopes = [
            Envelope(data, {"packet_id": f"p{n}"}, str(n), NOW)
            for n, data in enumerate(packets, first)
        ]
        return self.service(**replaced).ingest(envelopes)

    def published(self, topic="alerts"):
        return [orjson.loads(message.data) for message in self.bus.published[topic]]

    def ledger(self):
        return [(row["packet_id"], row["outcome"]) for row in self.warehouse.tables["ledger"]]


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path)
    yield world
    world.documents.close()


def test_a_new_alert_is_packed_archived_published_and_remembered(world):
    packet = ztf_packet(candid=1234567890115015001, object_id="ZTF20abc")
    report = world.ingest(packet)
    (row,) = world.warehouse.tables["alerts"]
    (document,) = world.published()
    assert (report.new, report.duplicates, report.rejected) == (1, 0, 0)
    assert row["candid"] == document["candid"] == 1234567890115015001
    assert read_place(world.objects, PacketPlace.from_fields(row["packet"])) == packet
    assert world.ledger() == [("p0", "accepted")]
    assert HistoryStore(world.documents).get("ZTF20abc").seen == {1234567890115015001: "p0"}


def test_the_same_packet_from_another_publisher_is_a_duplicate(world):
    packet = ztf_packet()
    world.ingest(packet)
    report = world.ingest(packet, first=1)
    assert (report.new, report.duplicates) == (0, 1)
    assert len(world.published()) == len(world.warehouse.tables["alerts"]) == 1
    assert world.ledger() == [("p0", "accepted"), ("p1", "accepted")]


def test_a_duplicate_within_one_batch_is_told_too(world):
    packet = ztf_packet()
    report = world.ingest(packet, packet)
    assert (report.new, report.duplicates) == (1, 1)


def test_a_redelivered_packet_changes_nothing(world):
    packet = ztf_packet()
    world.ingest(packet)
    report = world.ingest(packet)
    assert report.redelivered == 1
    assert world.ledger() == [("p0", "accepted")]


def test_an_unreadable_packet_is_kept_with_its_reason_and_hurts_no_other(world):
    broken = ztf_packet(candid=5)[:4000]
    report = world.ingest(ztf_packet(), broken, ztf_packet(candid=7, object_id="ZTF20xyz"))
    assert (report.new, report.rejected) == (2, 1)
    (row,) = [row for row in world.warehouse.tables["ledger"] if row["reason"]]
    assert (row["packet_id"], row["outcome"], row["reason"]) == ("p1", "quarantined", "truncated")
    assert world.objects.get(row["object_key"]) == broken
    (told,) = world.published("quarantine")
    assert told["reason"] == "truncated"


def test_a_packet_of_an_unknown_survey_goes_to_the_quarantine(world):
    envelope = Envelope(ztf_packet(), {"survey": "sdss"}, "1", NOW)
    report = world.service().ingest([envelope])
    assert report.rejected == 1
    assert world.warehouse.tables["ledger"][0]["reason"] == "unknown_survey"


def test_each_record_of_a_packet_is_handled_by_itself(world):
    good = ztf_record(candid=1, object_id="ZTF20a")
    bad = ztf_record(candid=2, object_id="ZTF20b", ra=float("nan"))
    report = world.ingest(ztf_packets([good, bad]))
    assert (report.new, report.rejected) == (1, 1)
    assert sorted(world.ledger()) == [("p0", "accepted"), ("p0", "quarantined")]


@pytest.mark.parametrize(
    ("section", "field", "kind", "value"),
    [
        ("candidate", "magpsf", "string", "18.5"),
        ("candidate", "isdiffpos", "bytes", b"t"),
        ("prv_candidates", "candid", "string", "17"),
        ("prv_candidates", "programid", "string", "1"),
        ("prv_candidates", "magpsf", "string", "19.0"),
        ("prv_candidates", "field", {"type": "array", "items": "int"}, [1]),
        ("fp_hists", "forcediffimflux", "string", "500"),
        ("fp_hists", "magzpsci", "string", "26.2"),
    ],
)
def test_a_mistyped_packet_is_refused_and_its_object_lives_on(world, section, field, kind, value):
    past = {"prv": [prv_point(JD - 9, magpsf=19.0)], "fp": [fp_point(JD - 9)]}
    bad = retyped_packet(section, field, kind, value, candid=1, jd=JD, **past)
    report = world.ingest(ztf_packet(candid=5, object_id="ZTF20other"), bad)
    assert (report.new, report.rejected) == (1, 1)
    (row,) = [row for row in world.warehouse.tables["ledger"] if row["reason"]]
    assert (row["packet_id"], row["reason"]) == ("p1", "bad_type")
    good = ztf_packet(candid=2, jd=JD + 1, **past)
    assert world.ingest(good, first=2).new == 1
    assert [p["jd"] for p in world.published()[-1]["prv_candidates"]] == [JD - 9]


@pytest.fixture
def enrich_fails_for_7(monkeypatch):
    """A gap in the validation: the values of one alert make a later step fail."""

    def failing(record, history, **kwargs):
        if record.candid == 7:
            raise TypeError("unsupported operand")
        return enrich(record, history, **kwargs)

    monkeypatch.setattr("fritz.services.preparation.enrich", failing)


@pytest.mark.usefixtures("enrich_fails_for_7")
def test_what_a_later_step_cannot_take_is_refused_alone_and_leaves_no_trace(world):
    with capture_logs() as logs:
        report = world.ingest(
            ztf_packet(candid=7, jd=JD, fp=[fp_point(JD - 1)]), ztf_packet(candid=8, jd=JD + 1)
        )
    assert (report.new, report.rejected) == (1, 1)
    assert sorted(world.ledger()) == [("p0", "quarantined"), ("p1", "accepted")]
    (row,) = [row for row in world.warehouse.tables["ledger"] if row["reason"]]
    assert (row["reason"], row["detail"]) == ("bad_value", "enrich: TypeError: unsupported operand")
    (document,) = world.published()
    assert document["candid"] == 8
    assert document["prv_candidates"] == []
    assert "fp_hists" not in document
    assert HistoryStore(world.documents).get("ZTF20aaaaaaa").seen == {8: "p1"}
    (told,) = [each for each in logs if each["event"] == "alert refused"]
    assert (told["log_level"], told["candid"]) == ("error", 7)
    assert told["exc_info"]


@pytest.mark.usefixtures("enrich_fails_for_7")
def test_the_duplicate_of_a_refused_alert_is_judged_by_itself(world):
    report = world.ingest(ztf_packet(candid=7), ztf_packet(candid=7), ztf_packet(candid=8))
    assert (report.new, report.duplicates, report.rejected) == (1, 0, 2)


def test_an_alert_that_no_bus_would_carry_is_refused_before_it_is_archived(world):
    swollen = ztf_packet(candid=1, programpi="\x01" * 2_000_000)  # six bytes each in JSON
    report = world.ingest(swollen, ztf_packet(candid=2, object_id="ZTF20b"))
    assert (report.new, report.rejected) == (1, 1)
    assert [row["candid"] for row in world.warehouse.tables["alerts"]] == [2]
    (row,) = [row for row in world.warehouse.tables["ledger"] if row["reason"]]
    assert row["reason"] == "too_large"


@pytest.mark.parametrize("together", [True, False])
def test_one_candid_of_two_objects_is_two_alerts_however_they_arrive(world, together):
    packets = [ztf_packet(candid=1, object_id=name) for name in ("ZTF20a", "ZTF20b")]
    if together:
        world.ingest(*packets)
    else:
        for first, packet in enumerate(packets):
            world.ingest(packet, first=first)
    rows = world.warehouse.tables["alerts"]
    assert [(row["candid"], row["objectId"]) for row in rows] == [(1, "ZTF20a"), (1, "ZTF20b")]
    assert world.ledger() == [("p0", "accepted"), ("p1", "accepted")]


def rising():
    """Three alerts of one object, each brighter than those before and with other fluxes."""
    return [
        ztf_packet(
            candid=n + 1,
            jd=JD + n,
            magpsf=19.0 - n,
            ra=150.0 + n / 1e4,
            prv=[prv_point(JD - 3, None if n < 2 else 20.0, candid=99 if n == 2 else None)],
            fp=[fp_point(JD - day, 100.0 * n + day) for day in range(1, 4)],
        )
        for n in range(3)
    ]


@pytest.mark.parametrize("batches", [[[0], [1], [2]], [[2, 1, 0]], [[0, 1], [2]], [[0], [2, 1]]])
def test_what_an_alert_is_shown_depends_on_no_later_alert_of_its_batch(world, batches):
    packets = rising()
    for batch in batches:
        world.ingest(*[packets[n] for n in batch], first=batch[0])
    documents = {document["candid"]: document for document in world.published()}
    for candid, document in documents.items():
        assert {p["alert_mag"] for p in document["fp_hists"]} == {20.0 - candid}
        brought_by = {p["forcediffimflux"] // 100 for p in document["fp_hists"]}
        assert brought_by == {candid - 1}
    limits = [[p.get("candid") for p in documents[n]["prv_candidates"]] for n in (1, 2, 3)]
    assert limits == [[None], [None, 1], [99, 1, 2]]


def test_an_alert_that_comes_late_is_not_shown_what_came_after_it(world):
    first, second, _ = rising()
    world.ingest(second)
    world.ingest(first, first=1)
    late = world.published()[-1]
    assert late["candid"] == 1
    assert {p["alert_mag"] for p in late["fp_hists"]} == {19.0}


def test_history_grows_from_packet_to_packet_and_never_shows_the_future(world):
    world.ingest(
        ztf_packet(candid=1, jd=JD, prv=[prv_point(JD - 9, magpsf=19.0)], object_id="ZTF20a"),
        ztf_packet(candid=2, jd=JD + 1, prv=[], object_id="ZTF20a"),
    )
    late, early = [], []
    for document in world.published():
        (late if document["candid"] == 2 else early).extend(
            point["jd"] for point in document["prv_candidates"]
        )
    assert early == [JD - 9]
    assert late == [JD - 9, JD]


def test_restricted_alerts_and_history_never_reach_the_public_topic(world):
    world.ingest(
        ztf_packet(candid=1, object_id="ZTF20a", programid=2),
        ztf_packet(
            candid=2,
            object_id="ZTF20b",
            jd=JD,
            prv=[prv_point(JD - 2, magpsf=19.0, programid=2), prv_point(JD - 3, magpsf=19.1)],
            fp=[fp_point(JD - 2, programid=3), fp_point(JD - 3)],
        ),
    )
    (document,) = world.published("alerts-public")
    points = [*document["prv_candidates"], *document["fp_hists"]]
    assert document["candid"] == 2
    assert len(points) == 2
    assert {point["programid"] for point in points} == {1}
    assert len(world.published("alerts")) == 2


def test_public_messages_do_not_tell_where_we_keep_packets(world):
    world.ingest(ztf_packet(candid=1, object_id="ZTF20a"))
    (internal,), (public,) = world.bus.published["alerts"], world.bus.published["alerts-public"]
    place = {"packet_id", "packet_published_at", "pack", "offset", "length"}
    assert place <= internal.attributes.keys()
    assert public.attributes.keys() == internal.attributes.keys() - place
    assert public.attributes["candid"] == "1"


@pytest.mark.parametrize(
    ("port", "method"),
    [("objects", "create"), ("warehouse", "append"), ("bus", "publish")],
)
def test_a_store_that_fails_once_loses_nothing(world, port, method):
    packets = [ztf_packet(candid=n, object_id=f"ZTF20{n}") for n in (1, 2)]
    flaky = FailingOnce(getattr(world, port), method)
    with pytest.raises(Transient):
        world.ingest(*packets, **{port: flaky})
    report = world.ingest(*packets, **{port: flaky})
    assert report.new == 2
    assert {row["candid"] for row in world.warehouse.tables["alerts"]} == {1, 2}
    assert {document["candid"] for document in world.published()} == {1, 2}


def test_an_empty_batch_writes_nothing(world):
    assert world.ingest().packets == 0
    assert not world.objects.objects
    assert not world.bus.published


def test_scores_reach_the_archive_and_the_filters(world):
    card, data = feature_model(scale=0.0)
    world.models = [LiveModel(LoadedModel(card, OnnxRuntime(1).load(data)), shadow=False)]
    world.ingest(ztf_packet())
    (document,) = world.published()
    (row,) = world.warehouse.tables["alerts"]
    assert document["classifications"] == {"tiny": 0.5, "tiny_version": "v1"}
    assert row["classifications"] == [{"name": "tiny", "version": "v1", "score": 0.5}]


def test_without_a_live_model_there_are_no_scores(world):
    world.ingest(ztf_packet())
    assert world.published()[0]["classifications"] == {}


def shadow_and_active():
    models = [feature_model(scale=0.0), feature_model(version="v2")]
    return [
        LiveModel(LoadedModel(card, OnnxRuntime(1).load(data)), shadow=card.version == "v2")
        for card, data in models
    ]


def test_what_a_model_in_shadow_says_stands_in_the_archive_and_in_no_alert(world):
    world.models = shadow_and_active()
    world.ingest(ztf_packet(candid=7, programid=1, jd=JD))
    (score,) = world.warehouse.tables["scores"]
    assert score == {
        "candid": 7, "survey": "ztf", "night": 20200531, "programid": 1, "name": "tiny",
        "version": "v2", "score": pytest.approx(1.0), "state": "shadow", "scored_at": NOW,
    }  # fmt: skip
    (document,), (public,) = world.published(), world.published("alerts-public")
    (row,) = world.warehouse.tables["alerts"]
    assert document["classifications"] == public["classifications"]
    assert document["classifications"] == {"tiny": 0.5, "tiny_version": "v1"}
    assert row["classifications"] == [{"name": "tiny", "version": "v1", "score": 0.5}]
    assert b'"v2"' not in world.bus.published["alerts"][0].data


def test_a_duplicate_is_not_scored_by_shadows_again(world):
    world.models = shadow_and_active()
    packet = ztf_packet()
    world.ingest(packet)
    world.ingest(packet, first=1)
    assert len(world.warehouse.tables["scores"]) == 1


def test_a_shadow_that_fails_leaves_alert_and_batch_alone(world):
    card, data = feature_model("log")
    world.models = [LiveModel(LoadedModel(card, OnnxRuntime(1).load(data)), shadow=True)]
    report = world.ingest(ztf_packet(magpsf=14.0), ztf_packet(candid=2, object_id="b"))
    assert (report.new, report.rejected) == (2, 0)
    assert [row["candid"] for row in world.warehouse.tables["scores"]] == [2]
