"""Labels: what people say an alert is, so that models learn it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from statistics import median
from typing import Any, Final, Literal

from fritz.errors import Invalid

__all__ = [
    "LABELS",
    "UNSURE",
    "Label",
    "LabelledAlert",
    "Progress",
    "Status",
    "checked_label",
    "checked_seconds",
    "progress_of",
    "settled",
]

UNSURE: Final = "unsure"
LABELS: Final[Mapping[str, tuple[str, ...]]] = {
    "real_bogus": ("real", "bogus", UNSURE),
    "class": ("sn", "variable", "agn", "asteroid", "bogus", UNSURE),
}
"""The labels of each task; a model is trained for one task."""

LONGEST_S: Final = 86_400.0
MOST_LABELLERS: Final = 2

Status = Literal["open", "disputed", "done"]


@dataclass(frozen=True, slots=True)
class Label:
    """What one person says of one alert, and how they came to."""

    labeller_id: int
    labeller: str
    label: str
    seconds: float | None
    """Time spent looking."""
    strategy: str
    """How the alert was chosen."""
    at: datetime

    def says_the_same(self, other: Label | None) -> bool:
        """Return whether a repeated request says nothing new."""
        return other is not None and self.label == other.label

    def to_fields(self) -> dict[str, Any]:
        """Return the label as a map of a document."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class LabelledAlert:
    """An alert with all that was said of it for one task."""

    task: str
    survey: str
    candid: int
    obj_id: str
    programid: int
    night: int
    jd: float
    wanted: int = 1
    """How many labellers were asked for."""
    labels: tuple[Label, ...] = ()

    @property
    def id(self) -> str:
        """The document id, one per task and alert."""
        return self.id_of(self.task, self.survey, self.candid)

    @staticmethod
    def id_of(task: str, survey: str, candid: int) -> str:
        """Return the document id.

        Examples
        --------
        >>> LabelledAlert.id_of("real_bogus", "ztf", 3247253560115015000)
        'real_bogus-ztf-3247253560115015000'
        """
        return f"{task}-{survey}-{candid}"

    @property
    def labeller_ids(self) -> frozenset[int]:
        """Who has labelled it."""
        return frozenset(each.labeller_id for each in self.labels)

    @property
    def outcome(self) -> tuple[Status, str | None]:
        """Whether more labels are needed, and what was agreed."""
        return settled([each.label for each in self.labels], self.wanted)

    def of(self, labeller_id: int) -> Label | None:
        """Return what that person said, or None."""
        return next((each for each in self.labels if each.labeller_id == labeller_id), None)

    def with_label(self, label: Label, wanted: int) -> LabelledAlert:
        """Return it with a label; what the same person said before gives way."""
        others = [each for each in self.labels if each.labeller_id != label.labeller_id]
        return replace(self, labels=(*others, label), wanted=max(self.wanted, wanted))

    def to_fields(self) -> dict[str, Any]:
        """Return it as a document's fields, with the outcome to query by."""
        status, agreed = self.outcome
        return {
            "task": self.task,
            "survey": self.survey,
            "candid": self.candid,
            "obj_id": self.obj_id,
            "programid": self.programid,
            "night": self.night,
            "jd": self.jd,
            "wanted": self.wanted,
            "labels": [each.to_fields() for each in self.labels],
            "labeller_ids": sorted(self.labeller_ids),
            "status": status,
            "agreed": agreed,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> LabelledAlert:
        """Return what `to_fields` wrote; unknown fields are ignored."""
        return cls(
            task=fields["task"],
            survey=fields["survey"],
            candid=int(fields["candid"]),
            obj_id=fields["obj_id"],
            programid=int(fields["programid"]),
            night=int(fields["night"]),
            jd=float(fields["jd"]),
            wanted=int(fields["wanted"]),
            labels=tuple(Label(**each) for each in fields["labels"]),
        )


@dataclass(slots=True)
class Progress:
    """How far labelling has come."""

    alerts: int = 0
    labels: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    agreed: Counter[str] = field(default_factory=Counter)
    """Alerts by agreed label."""
    said: Counter[str] = field(default_factory=Counter)
    """Labels by what they say."""
    strategies: Counter[str] = field(default_factory=Counter)
    labellers: Counter[str] = field(default_factory=Counter)
    median_seconds: float | None = None


def settled(labels: Iterable[str], wanted: int) -> tuple[Status, str | None]:
    """Return the state of an alert and the agreed label, if there is one.

    It is settled by a majority of at least as many labels as were wanted; where those tie, one more
    person has to break it.

    Examples
    --------
    >>> settled(["real"], 1), settled(["real"], 2)
    (('done', 'real'), ('open', None))
    >>> settled(["real", "bogus"], 2), settled(["real", "bogus", "bogus"], 2)
    (('disputed', None), ('done', 'bogus'))
    """
    counts = Counter(labels).most_common()
    if sum(count for _, count in counts) < max(wanted, 1):
        return "open", None
    if len(counts) > 1 and counts[0][1] == counts[1][1]:
        return "disputed", None
    return "done", counts[0][0]


def progress_of(alerts: Iterable[LabelledAlert]) -> Progress:
    """Return the counts over labelled alerts."""
    found = Progress()
    seconds: list[float] = []
    for alert in alerts:
        status, agreed = alert.outcome
        found.alerts += 1
        found.statuses[status] += 1
        if agreed is not None:
            found.agreed[agreed] += 1
        for each in alert.labels:
            found.labels += 1
            found.said[each.label] += 1
            found.strategies[each.strategy] += 1
            found.labellers[each.labeller] += 1
            seconds += [] if each.seconds is None else [each.seconds]
    found.median_seconds = median(seconds) if seconds else None
    return found


def checked_label(task: str, label: str) -> str:
    """Return a label if the task has it.

    Raises
    ------
    Invalid
        There is no such task, or no such label in it.
    """
    if task not in LABELS:
        raise Invalid(f"no task {task[:50]!r}: {', '.join(LABELS)}")
    if label not in LABELS[task]:
        raise Invalid(f"no label {label[:50]!r} in task {task}: {', '.join(LABELS[task])}")
    return label


def checked_seconds(seconds: float | None) -> float | None:
    """Return a time spent if it is one, at most a day; `Invalid` if not."""
    if seconds is not None and not (isfinite(seconds) and 0 <= seconds <= LONGEST_S):
        raise Invalid(f"seconds {seconds} are not in [0, {LONGEST_S:.0f}]")
    return seconds
