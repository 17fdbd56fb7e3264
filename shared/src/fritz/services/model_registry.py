"""The models there are: files and cards in the object store, states in the document store.

A file and its card never change; a version of a model is added once. What changes is its state, and
instances that score follow within their refresh interval, without being deployed anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from fritz.classifiers.cards import ModelCard, model_id
from fritz.classifiers.model import LoadedModel
from fritz.classifiers.probe import load_model
from fritz.classifiers.runtime import Runtime
from fritz.errors import Conflict, Invalid, NotFound
from fritz.ports import (
    Create,
    DocumentStore,
    ObjectStore,
    Order,
    Query,
    Transaction,
    Update,
    Where,
)

__all__ = ["COLLECTION", "STATES", "ModelEntry", "ModelRegistry", "ModelShelf", "ModelState"]

COLLECTION = "models"
ModelState = Literal["shadow", "active", "retired"]
"""Shadow: scores, kept apart from the alert's classifications. Active: scores. Retired: rests."""
STATES: tuple[ModelState, ...] = get_args(ModelState)


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One version of a model as it is listed."""

    name: str
    version: str
    task: str
    state: ModelState
    sha256: str
    size_bytes: int
    model_key: str
    """Of the ONNX file in the object store."""
    card_key: str
    changed_at: datetime
    problem: str = ""
    """Why an instance could not load it; empty while all is well."""

    @property
    def id(self) -> str:
        """Name and version; the document's id."""
        return model_id(self.name, self.version)

    def to_fields(self) -> dict[str, Any]:
        """Return the document."""
        return asdict(self)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> ModelEntry:
        """Return the entry of a document."""
        return cls(**{name: fields[name] for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class ModelShelf:
    """All versions of all models, to be read."""

    documents: DocumentStore
    objects: ObjectStore

    def all(self) -> list[ModelEntry]:
        """Return every version of every model, by name, then by age of its state."""
        rows = self.documents.query(Query(COLLECTION, order_by=(Order("name"),)))
        entries = [ModelEntry.from_fields(row.data) for row in rows]
        return sorted(entries, key=lambda each: (each.name, each.changed_at))

    def scoring(self) -> list[ModelEntry]:
        """Return those that score, active and shadow, by id."""
        where = (Where("state", "in", ["active", "shadow"]),)
        rows = self.documents.query(Query(COLLECTION, where))
        return sorted((ModelEntry.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get(self, name: str, version: str) -> ModelEntry:
        """Return one version; `NotFound` if there is none."""
        found = self.documents.get(COLLECTION, model_id(name, version))
        if found is None:
            raise NotFound(f"no model {model_id(name, version)}")
        return ModelEntry.from_fields(found.data)

    def card(self, entry: ModelEntry) -> ModelCard:
        """Return the card of a version."""
        return ModelCard.from_json(self.objects.get(entry.card_key))


@dataclass(frozen=True, slots=True)
class ModelRegistry(ModelShelf):
    """All versions of all models; adds them and moves their states."""

    runtime: Runtime
    now: Callable[[], datetime]

    def add(self, card: ModelCard, data: bytes) -> ModelEntry:
        """Check a model and add it in the state ``shadow``; adding the same one again is harmless.

        Raises
        ------
        Invalid
            The file is not what the card says, or does not score as it must.
        Conflict
            Another file or card has this name and version.
        """
        load_model(card, data, self.runtime)
        entry = _entry(card, self.now())
        self.objects.create(entry.model_key, data)
        self.objects.create(entry.card_key, card.to_json())
        try:
            self.documents.commit([Create(COLLECTION, entry.id, entry.to_fields())])
        except Conflict as e:
            standing = self.get(card.name, card.version)
            if (standing.model_key, standing.card_key) != (entry.model_key, entry.card_key):
                raise Conflict(f"model {entry.id} exists with another file or card") from e
            return standing
        return entry

    def load(self, entry: ModelEntry) -> LoadedModel:
        """Return a version loaded, having checked its file once more.

        Raises
        ------
        NotFound
            Its file or card is gone.
        Invalid
            Its file is damaged, or not what the card says.
        """
        return load_model(self.card(entry), self.objects.get(entry.model_key), self.runtime)

    def activate(self, name: str, version: str) -> ModelEntry:
        """Let a version score; the version of the same name that did so until now retires.

        Raises
        ------
        NotFound, Invalid
            As `load`; nothing changed.
        """
        self.load(self.get(name, version))
        return self._move(name, version, "active")

    def shadow(self, name: str, version: str) -> ModelEntry:
        """Let a version score apart from the alerts' classifications."""
        self.load(self.get(name, version))
        return self._move(name, version, "shadow")

    def retire(self, name: str, version: str) -> ModelEntry:
        """Stop a version; file and card stay, for its scores stay too."""
        return self._move(name, version, "retired")

    def note_problem(self, entry: ModelEntry, problem: str) -> None:
        """Note for operators why a version cannot be loaded, or that it can again (empty)."""
        if problem == entry.problem:
            return
        # An entry that is gone meanwhile needs no note.
        with suppress(NotFound):
            self.documents.commit([Update(COLLECTION, entry.id, {"problem": problem})])

    def _move(self, name: str, version: str, state: ModelState) -> ModelEntry:
        if state not in STATES:
            raise Invalid(f"no state {state}")
        wanted, at = model_id(name, version), self.now()

        def move(transaction: Transaction) -> ModelEntry:
            rows = transaction.query(Query(COLLECTION, (Where("name", "==", name),)))
            entries = {row.id: ModelEntry.from_fields(row.data) for row in rows}
            if wanted not in entries:
                raise NotFound(f"no model {wanted}")
            change = {"state": state, "changed_at": at, "problem": ""}
            transaction.write(Update(COLLECTION, wanted, change))
            for other in entries.values():
                if state == "active" and other.state == "active" and other.id != wanted:
                    retired = {"state": "retired", "changed_at": at}
                    transaction.write(Update(COLLECTION, other.id, retired))
            return ModelEntry.from_fields(entries[wanted].to_fields() | change)

        return self.documents.transact(move)


def _entry(card: ModelCard, at: datetime) -> ModelEntry:
    folder = f"models/{card.name}/{card.version}"
    card_hash = hashlib.sha256(card.to_json()).hexdigest()
    return ModelEntry(
        name=card.name,
        version=card.version,
        task=card.task,
        state="shadow",
        sha256=card.sha256,
        size_bytes=card.size_bytes,
        model_key=f"{folder}/{card.sha256}.onnx",
        card_key=f"{folder}/{card_hash}.json",
        changed_at=at,
    )
