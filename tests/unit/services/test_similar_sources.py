"""Objects that are alike by their features, of points that the viewer may see."""

from datetime import UTC, datetime

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.classifiers.similarity import most_alike
from fritz.marshal.obj import Obj
from fritz.marshal.source import Source
from fritz.marshal.stream import Stream
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer
from fritz.ports import Put
from fritz.services.histories import document_id
from fritz.services.object_features import COLLECTION, ObjectFeatures
from fritz.services.similar_sources import SimilarSources
from tests.support.marshal_world import INDEXES

NOW = datetime(2026, 11, 23, tzinfo=UTC)
NAMES = ("amplitude", "kurtosis", "period", "skew", "slope")


def values(*numbers):
    return dict(zip(NAMES, numbers, strict=True))


def test_distance_is_in_spreads_and_one_wild_value_decides_nothing():
    others = {
        "same": values(1.0, 0.0, 0.5, 0.1, 0.0), "near": values(1.1, 0.1, 0.5, 0.2, 0.1),
        "wild": values(1.0, 0.0, 900.0, 0.1, 0.0), "far": values(3.0, 2.0, 9.0, 2.0, 4.0),
        "poor": {"amplitude": 1.0},
    }  # fmt: skip
    found = most_alike(values(1.0, 0.0, 0.5, 0.1, 0.0), others, 4)
    assert list(found) == ["same", "near", "wild", "far"]
    assert found["same"] == 0.0
    assert found["wild"] < 2.0 < found["far"] <= 4.0
    assert most_alike({}, others, 4) == most_alike(values(1, 2, 3, 4, 5), {}, 4) == {}


@pytest.fixture
def similar(tmp_path):
    documents = SqliteDocuments(tmp_path / "documents.sqlite", INDEXES)
    rows = {
        "ZTF26target": [(1, (1,), values(1, 0, 0.5, 0.1, 0)), (1, (1, 2), values(9, 9, 9, 9, 9))],
        "ZTF26alike": [(1, (1,), values(1.1, 0.1, 0.6, 0.1, 0.1))],
        "ZTF26other": [(1, (1,), values(4, 3, 9, 2, 5))],
        "ZTF26closed": [(1, (2,), values(1, 0, 0.5, 0.1, 0))],
        "ZTF26theirs": [(1, (1,), values(1, 0, 0.5, 0.1, 0))],
    }
    for number, (name, sets) in enumerate(rows.items()):
        group = 3 if name == "ZTF26theirs" else 2
        obj = Obj(name, 10.0 + number, 5.0, NOW, saved_to=(group,))
        saved = Source(name, group, NOW, 1)
        kept = [
            {"fid": fid, "programids": list(programs), "points": 9, "values": found}
            for fid, programs, found in sets
        ]
        documents.commit([
            Put("objects", name, obj.to_fields()), Put("sources", saved.id, saved.to_fields()),
            Put(COLLECTION, document_id(name), {"sets": kept}),
        ])  # fmt: skip
    yield SimilarSources(documents, ObjectFeatures(documents, None, lambda: NOW))
    documents.close()


def viewer(*programs):
    user = User(1, "brita", NOW, group_ids=(2,))
    return Viewer(user, frozenset(), (Stream(1, "ZTF", "ztf", programs),))


def test_sources_of_own_groups_are_compared_by_what_may_be_seen(similar):
    found = similar.of(viewer(1), "ZTF26target")
    assert [each.obj.id for each in found] == ["ZTF26alike", "ZTF26other"]
    assert found[0].distance < found[1].distance


def test_an_object_without_features_is_like_nothing(similar):
    assert similar.of(viewer(1), "ZTF26none") is None
    assert similar.of(viewer(1), "ZTF26closed") is None
