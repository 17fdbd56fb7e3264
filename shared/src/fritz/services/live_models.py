"""The models that an instance has loaded, kept in step with the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Protocol

import structlog

from fritz.classifiers.model import LoadedModel
from fritz.errors import Invalid, NotFound, Transient
from fritz.services.model_registry import ModelEntry, ModelRegistry

__all__ = ["LiveModel", "LiveModels", "ModelSource"]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class LiveModel:
    """A model that scores."""

    model: LoadedModel
    shadow: bool
    """Whether its scores are kept apart."""


class ModelSource(Protocol):
    """Whoever knows which models score now."""

    def current(self) -> Sequence[LiveModel]:
        """Return the models, by name and version."""
        ...


class LiveModels:
    """Models loaded from a registry, looked up again after an interval.

    A version that cannot be loaded is left out and its trouble noted in the registry; it is tried
    again when its entry changes. While the registry cannot be reached the models loaded last stay.
    """

    def __init__(
        self, registry: ModelRegistry, *, now: Callable[[], datetime], refresh_s: float
    ) -> None:
        self._registry = registry
        self._now = now
        self._refresh_s = refresh_s
        self._lock = Lock()
        self._looked_at: datetime | None = None
        self._loaded: dict[tuple[str, str], LoadedModel] = {}
        self._refused: dict[str, datetime] = {}
        self._live: tuple[LiveModel, ...] = ()

    def current(self) -> Sequence[LiveModel]:
        """Return the models that score now.

        Raises
        ------
        Transient
            The registry cannot be reached and never was.
        """
        with self._lock:
            now = self._now()
            last = self._looked_at
            if last is None or (now - last).total_seconds() >= self._refresh_s:
                try:
                    self._refresh()
                except Transient as e:
                    if last is None:
                        raise
                    log.warning("models not refreshed", error=str(e))
                self._looked_at = now
            return self._live

    def _refresh(self) -> None:
        live: list[LiveModel] = []
        for entry in self._registry.scoring():
            model = self._model(entry)
            if model is not None:
                live.append(LiveModel(model, shadow=entry.state == "shadow"))
        kept = {id(each.model) for each in live}
        self._loaded = {key: m for key, m in self._loaded.items() if id(m) in kept}
        self._live = tuple(live)

    def _model(self, entry: ModelEntry) -> LoadedModel | None:
        key = (entry.model_key, entry.card_key)
        if key in self._loaded or self._refused.get(entry.id) == entry.changed_at:
            return self._loaded.get(key)
        try:
            self._loaded[key] = self._registry.load(entry)
        except (Invalid, NotFound) as e:
            self._refused[entry.id] = entry.changed_at
            log.error("model refused", model=entry.id, error=str(e))  # noqa: TRY400 - said in full
            self._registry.note_problem(entry, str(e))
            return None
        log.info("model loaded", model=entry.id, state=entry.state)
        self._registry.note_problem(entry, "")
        return self._loaded[key]
