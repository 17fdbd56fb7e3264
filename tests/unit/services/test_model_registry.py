from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.onnx import OnnxRuntime
from fritz.errors import Conflict, Invalid, NotFound, Transient
from fritz.services.live_models import LiveModels
from fritz.services.model_registry import ModelRegistry
from tests.support.onnx_models import feature_model

REFRESH_S = 30.0


class Clock:
    def __init__(self):
        self.time = datetime(2026, 11, 23, tzinfo=UTC)

    def __call__(self):
        self.time += timedelta(seconds=1)
        return self.time

    def pass_interval(self):
        self.time += timedelta(seconds=REFRESH_S)


class Documents(SqliteDocuments):
    """Documents that can be out of reach."""

    down = False

    def query(self, query):
        if self.down:
            raise Transient("no network")
        return super().query(query)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def documents(tmp_path):
    store = Documents(tmp_path / "documents.sqlite")
    yield store
    store.close()


@pytest.fixture
def registry(tmp_path, documents, clock):
    return ModelRegistry(
        documents, FolderObjects(tmp_path / "objects"), OnnxRuntime(threads=1), clock
    )


@pytest.fixture
def live(registry, clock):
    return LiveModels(registry, now=clock, refresh_s=REFRESH_S)


def ids(models):
    return [(each.model.card.id, each.shadow) for each in models.current()]


def damage(registry, entry, data):
    registry.objects.delete(entry.model_key)
    registry.objects.create(entry.model_key, data)


def test_a_model_is_added_in_shadow_with_file_and_card_kept(registry):
    card, data = feature_model()
    entry = registry.add(card, data)
    assert entry.state == "shadow"
    assert registry.objects.get(entry.model_key) == data
    assert registry.card(entry) == card
    assert registry.all() == [entry]


def test_adding_the_same_again_changes_nothing(registry):
    card, data = feature_model()
    registry.add(card, data)
    activated = registry.activate("tiny", "v1")
    assert registry.add(card, data) == activated
    assert registry.all() == [activated]


def test_a_version_cannot_be_replaced(registry):
    registry.add(*feature_model())
    with pytest.raises(Conflict, match="tiny@v1"):
        registry.add(*feature_model(scale=2.0))
    card, data = feature_model()
    with pytest.raises(Conflict, match="tiny@v1"):
        registry.add(replace(card, licence="MIT"), data)


def test_a_file_that_is_not_the_cards_leaves_no_trace(registry):
    card, data = feature_model()
    with pytest.raises(Invalid, match="truncated"):
        registry.add(card, data[:-1])
    assert registry.all() == []
    assert list(registry.objects.list("models/")) == []


def test_activating_a_version_retires_the_one_before(registry):
    for version in ("v1", "v2", "v3"):
        registry.add(*feature_model(version=version))
    registry.add(*feature_model(name="other"))
    registry.activate("other", "v1")
    registry.activate("tiny", "v1")
    registry.activate("tiny", "v2")
    states = {each.id: each.state for each in registry.all()}
    assert states == {
        "tiny@v1": "retired",
        "tiny@v2": "active",
        "tiny@v3": "shadow",
        "other@v1": "active",
    }
    registry.activate("tiny", "v1")
    assert registry.get("tiny", "v2").state == "retired"


def test_unknown_versions_are_not_found(registry):
    for change in (registry.get, registry.activate, registry.shadow, registry.retire):
        with pytest.raises(NotFound, match="tiny@v9"):
            change("tiny", "v9")


def test_a_damaged_file_cannot_be_activated(registry):
    card, data = feature_model()
    entry = registry.add(card, data)
    damage(registry, entry, data[:50])
    with pytest.raises(Invalid, match="truncated"):
        registry.activate("tiny", "v1")
    assert registry.get("tiny", "v1").state == "shadow"


def test_instances_follow_the_registry_after_the_interval_without_being_deployed(
    registry, live, clock
):
    assert ids(live) == []
    registry.add(*feature_model(version="v1"))
    assert ids(live) == []
    clock.pass_interval()
    assert ids(live) == [("tiny@v1", True)]
    registry.activate("tiny", "v1")
    registry.add(*feature_model(version="v2"))
    clock.pass_interval()
    assert ids(live) == [("tiny@v1", False), ("tiny@v2", True)]
    registry.activate("tiny", "v2")
    clock.pass_interval()
    assert ids(live) == [("tiny@v2", False)]
    registry.retire("tiny", "v2")
    clock.pass_interval()
    assert ids(live) == []


def test_a_loaded_model_is_not_loaded_again(registry, live, clock):
    registry.add(*feature_model())
    (before,) = live.current()
    clock.pass_interval()
    registry.activate("tiny", "v1")
    clock.pass_interval()
    (after,) = live.current()
    assert after.model is before.model


def test_a_damaged_model_is_left_out_and_the_operator_told(registry, live, clock):
    card, data = feature_model(version="v1")
    entry = registry.add(card, data)
    registry.add(*feature_model(version="v2"))
    damage(registry, entry, data[:50])
    assert ids(live) == [("tiny@v2", True)]
    assert "truncated: 50 bytes" in registry.get("tiny", "v1").problem
    damage(registry, entry, data)
    registry.activate("tiny", "v1")
    clock.pass_interval()
    assert ids(live) == [("tiny@v1", False), ("tiny@v2", True)]
    assert registry.get("tiny", "v1").problem == ""


def test_a_missing_file_is_told_too(registry, live):
    entry = registry.add(*feature_model())
    registry.objects.delete(entry.model_key)
    assert ids(live) == []
    assert entry.model_key in registry.get("tiny", "v1").problem


def test_models_stay_while_the_registry_is_out_of_reach(registry, live, clock, documents):
    registry.add(*feature_model())
    assert ids(live) == [("tiny@v1", True)]
    documents.down = True
    clock.pass_interval()
    assert ids(live) == [("tiny@v1", True)]


def test_an_instance_that_never_reached_the_registry_says_so(live, documents):
    documents.down = True
    with pytest.raises(Transient):
        live.current()
    documents.down = False
    assert ids(live) == []
