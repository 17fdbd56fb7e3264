"""A fresh platform scores alerts with the models that come with Fritz."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fritz.adapters.embedded.documents import SqliteDocuments
from fritz.adapters.embedded.objects import FolderObjects
from fritz.adapters.onnx import OnnxRuntime
from fritz.classifiers.shipped import shipped_models
from fritz.services.model_registry import ModelRegistry
from fritz.services.shipped_models import register

NOW = datetime(2026, 3, 18, tzinfo=UTC)


@pytest.fixture
def registry(tmp_path):
    documents, objects = SqliteDocuments(tmp_path / "d.sqlite"), FolderObjects(tmp_path / "o")
    yield ModelRegistry(documents, objects, OnnxRuntime(threads=1), lambda: NOW)
    documents.close()


def states(registry):
    return {each.id: each.state for each in registry.all()}


def test_a_fresh_registry_gets_every_shipped_model_scoring(registry):
    entries = register(registry)
    assert {each.name for each in entries} == set(shipped_models())
    assert set(states(registry).values()) == {"active"}


def test_registering_again_changes_nothing(registry):
    register(registry)
    before = registry.all()
    register(registry)
    assert registry.all() == before


def test_what_an_operator_retired_stays_retired(registry):
    first = register(registry)[0]
    registry.retire(first.name, first.version)
    register(registry)
    assert states(registry)[first.id] == "retired"


def test_a_version_that_scores_is_not_displaced(registry):
    card, data = shipped_models()["fritz_rb"]
    registry.add(replace(card, version="ours"), data)
    registry.activate(card.name, "ours")
    register(registry)
    found = states(registry)
    assert found["fritz_rb@ours"] == "active"
    assert found[card.id] == "shadow"
