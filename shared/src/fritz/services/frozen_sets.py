"""Frozen test sets: labelled alerts that no candidate model may ever learn from.

A set is written once and never changes, so that what is measured on it today compares with what is
measured next year. Training leaves out all alerts of its objects, whoever labels them later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

import orjson

from fritz.classifiers.training.samples import held_out
from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.label import UNSURE, LabelledAlert
from fritz.ports import ObjectStore

__all__ = ["FrozenAlert", "FrozenSet", "FrozenSets", "settled_labels"]

NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,47}")


@dataclass(frozen=True, slots=True)
class FrozenAlert:
    """An alert of a test set."""

    candid: int
    obj_id: str
    night: int
    label: str


@dataclass(frozen=True, slots=True)
class FrozenSet:
    """A test set."""

    name: str
    task: str
    survey: str
    frozen_at: str
    """ISO 8601, UTC."""
    alerts: tuple[FrozenAlert, ...]

    @property
    def objects(self) -> frozenset[str]:
        """The objects that nothing may be learnt of."""
        return frozenset(each.obj_id for each in self.alerts)

    @property
    def nights(self) -> tuple[int, int]:
        """First and last night of the alerts."""
        nights = [each.night for each in self.alerts]
        return min(nights), max(nights)


@dataclass(frozen=True, slots=True)
class FrozenSets:
    """The test sets in the object store, by task and name."""

    objects: ObjectStore

    def freeze(
        self, name: str, task: str, entries: Iterable[LabelledAlert], share: float, at: datetime
    ) -> FrozenSet:
        """Write a test set: the settled labels of a share of the objects, chosen by hash.

        Parameters
        ----------
        entries
            Labelled alerts of one survey; those that are not settled are passed over.
        share
            Of the objects, above 0 to 1.

        Raises
        ------
        Invalid
            The name or share is none, or nothing is left to freeze.
        Conflict
            There is a set of this name.
        """
        if not NAME.fullmatch(name):
            raise Invalid(f"name {name[:50]!r}: a-z, 0-9, _ and -, at most 48")
        if not 0 < share <= 1:
            raise Invalid(f"share {share}: above 0, at most 1")
        chosen = [each for each in settled_labels(entries) if held_out(each.obj_id, share)]
        if not chosen:
            raise Invalid(f"no settled labels of task {task} to freeze")
        if len(surveys := {each.survey for each in chosen}) > 1:
            raise Invalid(f"labels of {len(surveys)} surveys: a set is of one")
        alerts = tuple(
            FrozenAlert(each.candid, each.obj_id, each.night, str(each.outcome[1]))
            for each in chosen
        )
        found = FrozenSet(name, task, chosen[0].survey, at.isoformat(), alerts)
        if not self.objects.create(_key(task, name), orjson.dumps(asdict(found))):
            raise Conflict(f"test set {name} of task {task} is frozen already")
        return found

    def get(self, task: str, name: str) -> FrozenSet:
        """Return a test set; `NotFound` if there is none."""
        try:
            return _read(self.objects.get(_key(task, name)))
        except NotFound as e:
            raise NotFound(f"no test set {name} of task {task}") from e

    def all(self, task: str) -> list[FrozenSet]:
        """Return every test set of a task, by name."""
        return [_read(self.objects.get(key)) for key in self.objects.list(f"frozen_sets/{task}/")]


def settled_labels(entries: Iterable[LabelledAlert]) -> list[LabelledAlert]:
    """Return the alerts of which people agree what they are, by candid."""
    return sorted(
        (each for each in entries if each.outcome[1] not in {None, UNSURE}),
        key=lambda each: each.candid,
    )


def _key(task: str, name: str) -> str:
    return f"frozen_sets/{task}/{name}.json"


def _read(data: bytes) -> FrozenSet:
    fields = orjson.loads(data)
    return FrozenSet(**fields | {"alerts": tuple(FrozenAlert(**e) for e in fields["alerts"])})
