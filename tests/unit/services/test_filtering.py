"""The filter service: who sees what, what is saved, what is counted, and nothing twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.errors import Transient
from fritz.filters import Budget
from fritz.marshal.candidate import Candidate
from fritz.marshal.filter import Filter
from fritz.marshal.filter_actions import AutoFollowup, Autosave
from fritz.marshal.source import Source
from fritz.ports import Put, Query
from fritz.services import active_filters, evaluation
from fritz.services.active_filters import ActiveFilters
from fritz.services.autosaving import Autosaver
from fritz.services.candidates import CandidateStore
from fritz.services.envelopes import Envelope
from fritz.services.filtering import FilterService
from fritz.services.filters_store import FilterStore
from fritz.services.groups import StreamStore
from fritz.services.seed import GROUPS, STREAMS, seed_demo
from fritz.services.sources import SourceStore
from fritz.services.stream_photometry import StreamPhotometry
from tests.support.fakes import FailingOnce, MemoryBus, MemoryWarehouse

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
JD = 2461367.75
EVERYTHING = ({"$match": {"candid": {"$gt": 0}}},)


class World:
    """A filter service on real documents, with the demo's people and none of its filters."""

    def __init__(self, documents):
        self.documents, self.bus, self.warehouse = documents, MemoryBus(), MemoryWarehouse()
        self.now = NOW
        seed_demo(documents, NOW)
        self.filters = FilterStore(documents)
        for each in self.filters.all():
            self.filters.delete(each.id)
        self.sources = SourceStore(documents)
        self.candidates = CandidateStore(documents)
        self.service = self.made()

    def made(self, bus=None):
        return FilterService(
            filters=ActiveFilters(
                self.filters, StreamStore(self.documents), now=lambda: self.now, refresh_s=3600
            ),
            candidates=self.candidates,
            autosaver=Autosaver(self.documents),
            photometry=StreamPhotometry(self.documents),
            warehouse=self.warehouse,
            bus=bus or self.bus,
            now=lambda: self.now,
        )

    def filter(self, pipeline=EVERYTHING, group_id=2, stream_id=1, **more):
        return self.filters.create(
            Filter(0, "test", group_id, stream_id, "aaaaaa", tuple(pipeline), owner_id=2, **more)
        )

    def run(self, *alerts):
        return self.service.run([envelope(each) for each in alerts])

    def passed(self):
        """Return all candidates."""
        rows = self.documents.query(Query("candidates"))
        return [Candidate.from_fields(row.data) for row in rows]

    def events(self, kind):
        bodies = [orjson.loads(message.data) for message in self.bus.published["events"]]
        return [body for body in bodies if body["type"] == kind]

    def counts(self):
        return {row["filter_id"]: row for row in self.warehouse.tables["filter_runs"]}


@pytest.fixture
def world(tmp_path):
    documents = SqliteDocuments(tmp_path / "documents.sqlite")
    yield World(documents)
    documents.close()


def alert(candid=1, object_id="ZTF26abc", programid=1, prv=(), **candidate):
    detection = {"jd": JD, "fid": 1, "programid": programid, "ra": 10.0, "dec": 20.0,
                 "magpsf": 18.0, "sigmapsf": 0.1, "isdiffpos": "t", "drb": 0.9}  # fmt: skip
    return {
        "survey": "ztf", "candid": candid, "objectId": object_id,
        "candidate": detection | candidate, "prv_candidates": list(prv),
        "classifications": {}, "cross_matches": {}, "coordinates": {"l": 1.0, "b": 2.0},
    }  # fmt: skip


def envelope(document):
    place = {"pack": "packs/a", "offset": "0", "length": "9"}
    return Envelope(orjson.dumps(document), place, str(document["candid"]), NOW)


def test_what_passes_becomes_a_candidate_with_its_annotations(world):
    one = world.filter([*EVERYTHING, {"$project": {"annotations.mag": "$candidate.magpsf"}}])
    report = world.run(alert(7))
    assert (report.alerts, report.candidates, report.errors) == (1, 1, {})
    candidate = world.candidates.get(f"{one.id}-7")
    assert candidate is not None
    assert candidate.annotations == {"mag": 18.0}
    assert [event["candid"] for event in world.events("CandidatePassed")] == ["7"]


def test_the_stream_gates_the_alert_and_its_history(world):
    seen = [{"$project": {"annotations.n": {"$size": "$prv_candidates"}}}]
    public, partner = world.filter(seen), world.filter(seen, stream_id=2)
    prv = [{"jd": JD - 1, "fid": 1, "programid": 1}, {"jd": JD - 2, "fid": 1, "programid": 2}]
    world.run(alert(1, prv=prv), alert(2, programid=2, prv=prv))
    found = {(c.filter_id, c.candid): c.annotations["n"] for c in world.passed()}
    assert found == {(public.id, 1): 1, (partner.id, 1): 2, (partner.id, 2): 2}
    assert world.counts()[public.id]["seen"] == 1


def test_properties_are_of_what_the_stream_grants(world):
    moving = [{"$match": {"properties.stationary": True}}]
    public, partner = world.filter(moving), world.filter(moving, stream_id=2)
    world.run(alert(prv=[{"jd": JD - 1, "programid": 2, "magpsf": 18.0, "isdiffpos": "t",
                          "fid": 1, "sigmapsf": 0.1}]))  # fmt: skip
    assert [c.filter_id for c in world.passed()] == [partner.id]
    assert public.id in world.counts()


def test_boom_filter_sees_booleans_and_bands(world):
    stages = [{"$match": {"candidate.isdiffpos": True, "candidate.band": "g"}}]
    kowalski, boom = world.filter(stages), world.filter(stages, dialect="boom")
    world.run(alert())
    assert [c.filter_id for c in world.passed()] == [boom.id]
    assert world.counts()[kowalski.id]["passed"] == 0


def test_inactive_external_and_unversioned_filters_do_not_run(world):
    world.filter(active=False)
    world.filter(external=True)
    world.filters.create(Filter(0, "new", 2, 1))
    assert world.run(alert()).candidates == 0
    assert world.counts() == {}


def test_a_change_takes_effect_with_the_next_batch_and_the_rest_is_not_compiled_again(
    world, monkeypatch
):
    compiled = []
    compile_filter = active_filters.compile_filter
    monkeypatch.setattr(
        active_filters,
        "compile_filter",
        lambda pipeline, **more: compiled.append(1) or compile_filter(pipeline, **more),
    )
    one = world.filter()
    two = world.filter([{"$match": {"candid": {"$gt": 1}}}])
    world.run(alert(5))
    assert len(compiled) == 2
    world.filters.change(one.id, lambda f: replace(f, active=False))
    world.run(alert(6))
    world.run(alert(7))
    assert len(compiled) == 2
    passed = {(c.filter_id, c.candid) for c in world.passed()}
    assert passed == {(one.id, 5), (two.id, 5), (two.id, 6), (two.id, 7)}


def test_a_filter_that_fails_fails_for_that_alert_alone(world):
    bad = world.filter([{"$match": {"$expr": {"$gt": [{"$divide": [1, "$candidate.drb"]}, 0]}}}])
    good = world.filter()
    report = world.run(alert(1, drb=0.0), alert(2, drb=0.5))
    assert report.errors == {bad.id: 1}
    assert {(c.filter_id, c.candid) for c in world.passed()} == {
        (bad.id, 2), (good.id, 1), (good.id, 2),
    }  # fmt: skip
    assert world.counts()[bad.id]["errors"] == 1
    assert sum(each["alerts"] for each in world.counts()[good.id]["times"]) == 2


def test_a_greedy_filter_is_counted_and_then_sits_the_batch_out(world, monkeypatch):
    monkeypatch.setattr(active_filters, "STREAM_BUDGET", Budget(steps=1000))
    loop = {"$map": {"input": {"$range": [0, 50_000]}, "as": "i", "in": "$$i"}}
    greedy = world.filter([{"$match": {"$expr": {"$gt": [{"$size": loop}, 1]}}}])
    good = world.filter()
    world.run(*(alert(n) for n in range(1, 31)))
    row = world.counts()[greedy.id]
    assert (row["seen"], row["budget_exceeded"], row["passed"]) == (30, 30, 0)
    assert sum(each["alerts"] for each in row["times"]) == evaluation.BREAKER
    assert world.counts()[good.id]["passed"] == 30


def test_annotations_no_store_could_keep_spoil_nothing(world):
    world.filter([{"$project": {"annotations": {
        "nested": [[1, 2], [3]], "half": {"$literal": "\ud800"}, "__x__": 2,
        "deep": {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}},
        "long": {"$range": [0, 100_000]},
    }}}])  # fmt: skip
    world.filter()
    assert world.run(alert()).candidates == 2
    found = [c for c in world.passed() if c.annotations]
    assert found[0].annotations["nested"] == ["[1, 2]", "[3]"]


class TestAutosave:
    def saved(self, world, object_id="ZTF26abc"):
        return {s.group_id for s in world.sources.of_objects([object_id]).get(object_id, [])}

    def test_what_passes_is_saved_once_however_often_it_comes(self, world):
        world.filter(autosave=Autosave(active=True, comment="bright!"))
        first = world.run(alert(1), alert(2))
        world.now += timedelta(hours=1)
        again = [world.run(alert(1), alert(2)), world.run(alert(3))]
        assert (first.saved, [each.saved for each in again]) == (1, [0, 0])
        (source,) = world.sources.of_objects(["ZTF26abc"])["ZTF26abc"]
        assert (source.group_id, source.saved_by, source.saved_at) == (2, 2, NOW)
        (event,) = world.events("SourceSaved")
        assert (event["id"], event["comment"]) == ("ZTF26abc-2", "bright!")
        assert [row["saved"] for row in world.warehouse.tables["filter_runs"]] == [1, 0, 0]
        assert world.sources.objects(["ZTF26abc"])["ZTF26abc"].ra == 10.0

    def test_off_saves_nothing(self, world):
        world.filter(autosave=Autosave(active=False))
        assert world.run(alert()).saved == 0

    def test_its_own_stages_choose_among_the_candidates(self, world):
        stages = ({"$match": {"candidate.magpsf": {"$lt": 17}}},)
        world.filter(autosave=Autosave(active=True, pipeline=stages))
        world.run(alert(1, "ZTF26faint", magpsf=18.0), alert(2, "ZTF26bright", magpsf=16.0))
        assert (self.saved(world, "ZTF26faint"), self.saved(world, "ZTF26bright")) == (set(), {2})
        assert world.candidates.count() == 2

    @pytest.mark.parametrize(("active", "saved"), [(True, {5}), (False, {2, 5})])
    def test_what_an_ignored_group_has_saved_is_left_alone(self, world, active, saved):
        """Of new objects, too: there Kowalski reads the list at the wrong place."""
        standing = Source("ZTF26abc", 5, NOW, 1, active)
        world.documents.commit([Put("sources", standing.id, standing.to_fields())])
        world.filter(autosave=Autosave(active=True, ignore_group_ids=(5,)))
        world.run(alert())
        assert self.saved(world) == saved

    def test_what_people_took_off_is_not_saved_again(self, world):
        taken_off = Source("ZTF26abc", 2, NOW, 1, active=False)
        world.documents.commit([Put("sources", taken_off.id, taken_off.to_fields())])
        world.filter(autosave=Autosave(active=True))
        assert world.run(alert()).saved == 0

    def test_the_saver_s_name_is_on_it(self, world):
        world.filter(autosave=Autosave(active=True, saver_id=3))
        world.run(alert())
        assert world.sources.of_objects(["ZTF26abc"])["ZTF26abc"][0].saved_by == 3

    @pytest.mark.parametrize("saver", [99, 5])
    def test_a_saver_who_is_gone_or_no_member_saves_nothing(self, world, saver):
        world.filter(autosave=Autosave(active=True, saver_id=saver))
        report = world.run(alert())
        assert (report.candidates, report.saved) == (1, 0)

    def test_a_saver_who_lost_the_right_saves_nothing(self, world):
        user = world.documents.get("users", "2")
        world.documents.commit([Put("users", "2", user.data | {"roles": []})])
        world.filter(autosave=Autosave(active=True))
        assert world.run(alert()).saved == 0

    def test_a_batch_that_was_cut_short_is_made_good(self, world):
        world.filter(autosave=Autosave(active=True))
        world.service = world.made(FailingOnce(world.bus, "publish"))
        with pytest.raises(Transient):
            world.run(alert())
        assert world.run(alert()).candidates == 1
        assert self.saved(world) == {2}
        assert len(world.events("CandidatePassed")) == 1
        assert len(world.warehouse.tables["filter_runs"]) == 1


class TestFollowup:
    ASKED = AutoFollowup(
        active=True, allocation_id=4,
        pipeline=({"$match": {"candidate.magpsf": {"$lt": 19}}},
                  {"$project": {"payload": {"priority": {"$literal": 5}, "evil": 1},
                                "comment": "now"}}),
        payload={"priority": 1, "filter": "g"}, constraints={"not_if_classified": True},
    )  # fmt: skip

    def test_follow_up_is_asked_for_what_is_saved(self, world):
        world.filter(autosave=Autosave(active=True), auto_followup=self.ASKED)
        world.run(alert(1), alert(2, magpsf=20.0))
        (event,) = world.events("FollowupWanted")
        assert (event["candid"], event["allocation_id"]) == ("1", 4)
        assert event["payload"] == {"priority": 5, "filter": "g"}
        assert (event["comment"], event["priority_key"]) == ("now", "priority")
        assert event["constraints"] == {"not_if_classified": True}

    def test_none_without_autosave(self, world):
        world.filter(auto_followup=self.ASKED)
        world.run(alert())
        assert world.events("FollowupWanted") == []


def test_a_filter_of_an_unknown_stream_sees_nothing(world):
    world.filter(stream_id=77)
    assert world.run(alert()).candidates == 0


def test_nothing_is_counted_for_a_batch_without_filters(world):
    world.run(alert())
    assert world.warehouse.tables["filter_runs"] == []
    assert {stream.id for stream in STREAMS} >= {s for g in GROUPS for s in g.stream_ids}
