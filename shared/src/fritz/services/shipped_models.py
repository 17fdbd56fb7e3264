"""A fresh platform scores alerts: the models that come with Fritz are put into its registry."""

from __future__ import annotations

from fritz.classifiers.shipped import shipped_models
from fritz.errors import NotFound
from fritz.services.model_registry import ModelEntry, ModelRegistry

__all__ = ["register"]


def register(registry: ModelRegistry) -> list[ModelEntry]:
    """Add the shipped models that the registry lacks, and let them score; return their entries.

    Calling it again changes nothing: a version that is there keeps its state, so what an operator
    retired stays retired. Nor does a new version displace one that scores: it starts in shadow.
    """
    return [_registered(registry, name) for name in shipped_models()]


def _registered(registry: ModelRegistry, name: str) -> ModelEntry:
    card, data = shipped_models()[name]
    try:
        return registry.get(card.name, card.version)
    except NotFound:
        entry = registry.add(card, data)
    if any(each.name == name and each.state == "active" for each in registry.scoring()):
        return entry
    return registry.activate(card.name, card.version)
