import json
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.marshal.annotations import BYTES, storable_annotations
from fritz.ports import Put

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def stored(**annotations):
    return storable_annotations({"annotations": annotations})


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.text(), JSON))
def test_every_store_takes_what_is_left(tmp_path_factory, annotations):
    documents = SqliteDocuments(tmp_path_factory.getbasetemp() / "annotations.sqlite")
    kept = storable_annotations({"annotations": annotations})
    documents.commit([Put("candidates", "1", {"annotations": kept})])
    documents.close()
    assert orjson.dumps(kept)


@pytest.mark.parametrize("value", [1, 2.5, True, None, "text", [1, 2], {"a": {"b": 1}}])
def test_plain_values_stay_as_they_are(value):
    assert stored(x=value) == {"x": value}


def test_names_that_stores_keep_to_themselves_are_changed():
    assert stored(__name__=1, **{"": 2}) == {"name": 1}


def test_large_is_cut():
    assert len(stored(x="a" * 10_000)["x"]) == 2000
    everything = stored(**{f"k{n}": "b" * 2000 for n in range(60)})
    assert set(everything) == {"too_large"}
    assert len(json.dumps(everything)) < BYTES


def test_times_become_text():
    assert stored(at=datetime(2026, 1, 1, tzinfo=UTC)) == {"at": "2026-01-01 00:00:00+00:00"}
