"""A classification: what somebody, or a model, says an object is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid

__all__ = ["CLASSIFY", "Classification", "Edit", "Vote", "checked_probability", "checked_vote"]

CLASSIFY: Final = "Classify"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person thinks of a classification."""

    voter_id: int
    vote: int
    """1 for, -1 against."""
    created_at: datetime
    modified: datetime


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a classification's probability."""

    editor_id: int
    editor_name: str
    old_probability: float | None
    new_probability: float | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Classification:
    """One class said of one object, by whom, how surely, and what others think of it."""

    id: int
    obj_id: str
    taxonomy_id: int
    classification: str
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    author_name: str
    created_at: datetime
    modified: datetime
    probability: float | None = None
    ml: bool = False
    """Whether a model says so."""
    origin: str | None = None
    """Where it comes from; the model's name."""
    version: str | None = None
    """Of the model."""
    votes: tuple[Vote, ...] = ()
    edits: tuple[Edit, ...] = ()

    def voted(self, voter_id: int, vote: int, now: datetime) -> Classification:
        """Return it with that person's vote; an earlier one of theirs gives way."""
        earlier = {each.voter_id: each for each in self.votes}
        made = earlier[voter_id].created_at if voter_id in earlier else now
        earlier[voter_id] = Vote(voter_id, checked_vote(vote), made, now)
        return replace(self, votes=tuple(earlier[each] for each in sorted(earlier)))

    def unvoted(self, voter_id: int) -> Classification:
        """Return it without that person's vote."""
        return replace(self, votes=tuple(v for v in self.votes if v.voter_id != voter_id))

    def edited(self, editor_id: int, name: str, now: datetime, **changed: Any) -> Classification:
        """Return it changed; a change of the probability is remembered with who made it."""
        new = replace(self, modified=now, **changed)
        if new.probability == self.probability:
            return new
        edit = Edit(editor_id, name, self.probability, new.probability, now)
        return replace(new, edits=(*self.edits, edit))

    def to_fields(self) -> dict[str, Any]:
        """Return the classification as a document's fields."""
        return {
            "id": self.id,
            "obj_id": self.obj_id,
            "taxonomy_id": self.taxonomy_id,
            "classification": self.classification,
            "group_ids": list(self.group_ids),
            "author_id": self.author_id,
            "author_name": self.author_name,
            "created_at": self.created_at,
            "modified": self.modified,
            "probability": self.probability,
            "ml": self.ml,
            "origin": self.origin,
            "version": self.version,
            "votes": [_fields(each) for each in self.votes],
            "edits": [_fields(each) for each in self.edits],
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Classification:
        """Return the classification that `to_fields` wrote; unknown fields are ignored."""
        probability = fields.get("probability")
        return cls(
            id=int(fields["id"]),
            obj_id=fields["obj_id"],
            taxonomy_id=int(fields["taxonomy_id"]),
            classification=fields["classification"],
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            author_id=int(fields["author_id"]),
            author_name=fields["author_name"],
            created_at=fields["created_at"],
            modified=fields["modified"],
            probability=None if probability is None else float(probability),
            ml=bool(fields["ml"]),
            origin=fields.get("origin"),
            version=fields.get("version"),
            votes=tuple(Vote(**each) for each in fields["votes"]),
            edits=tuple(Edit(**each) for each in fields["edits"]),
        )


def _fields(part: Vote | Edit) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__dataclass_fields__}


def checked_probability(value: float | None) -> float | None:
    """Return a probability if it is one; None where none was given.

    Raises
    ------
    Invalid
        It is not in [0, 1], or NaN.

    Examples
    --------
    >>> checked_probability(0.25)
    0.25
    """
    if value is not None and not 0.0 <= value <= 1.0:
        raise Invalid(f"probability {value} is not in [0, 1]")
    return value


def checked_vote(value: int) -> int:
    """Return a vote if it is 1 or -1; `Invalid` if not."""
    if value not in {1, -1}:
        raise Invalid(f"vote {value}: 1 or -1 is expected")
    return value
