"""A taxonomy: the tree of classes that objects may be said to belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid

__all__ = [
    "DELETE_TAXONOMY",
    "LARGEST_BYTES",
    "LONGEST_NAME",
    "POST_TAXONOMY",
    "Taxonomy",
    "checked_hierarchy",
    "class_names",
]

POST_TAXONOMY: Final = "Post taxonomy"
DELETE_TAXONOMY: Final = "Delete taxonomy"

LONGEST_NAME: Final = 200
LARGEST_BYTES: Final = 500_000
_DEEPEST: Final = 40
_NODES: Final = 5000


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """One version of a taxonomy; its tree never changes."""

    id: int
    name: str
    version: str
    hierarchy: Mapping[str, Any]
    """The root: ``class``, maybe ``subclasses``, each again so."""
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    created_at: datetime
    modified: datetime
    provenance: str | None = None
    is_latest: bool = True
    """Whether it is the newest of its name."""

    @property
    def classes(self) -> frozenset[str]:
        """The names of all classes, the root's too."""
        return frozenset(class_names(self.hierarchy))

    def to_fields(self) -> dict[str, Any]:
        """Return the taxonomy as a document's fields; the tree as text, as stores limit depth."""
        return {
            "id": self.id,
            "name": self.name,
            "version": self.version,
            "hierarchy": json.dumps(self.hierarchy),
            "group_ids": list(self.group_ids),
            "author_id": self.author_id,
            "created_at": self.created_at,
            "modified": self.modified,
            "provenance": self.provenance,
            "is_latest": self.is_latest,
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Taxonomy:
        """Return the taxonomy that `to_fields` wrote; unknown fields are ignored."""
        return cls(
            id=int(fields["id"]),
            name=fields["name"],
            version=fields["version"],
            hierarchy=json.loads(fields["hierarchy"]),
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            author_id=int(fields["author_id"]),
            created_at=fields["created_at"],
            modified=fields["modified"],
            provenance=fields.get("provenance"),
            is_latest=bool(fields["is_latest"]),
        )


def class_names(hierarchy: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of each class of a tree, parents first.

    Examples
    --------
    >>> list(class_names({"class": "SN", "subclasses": [{"class": "Ia"}, {"class": "II"}]}))
    ['SN', 'Ia', 'II']
    """
    yield hierarchy["class"]
    for each in hierarchy.get("subclasses") or ():
        yield from class_names(each)


def checked_hierarchy(given: Any) -> dict[str, Any]:
    """Return the tree if it is one; keys beside ``class`` and ``subclasses`` are kept.

    Raises
    ------
    Invalid
        A node is no object or has no name, or the tree is too deep or too large.
    """
    nodes = [(given, 1)]
    seen = 0
    while nodes:
        node, depth = nodes.pop()
        seen += 1
        if depth > _DEEPEST or seen > _NODES:
            raise Invalid(f"hierarchy: at most {_DEEPEST} levels and {_NODES} classes")
        nodes += [(each, depth + 1) for each in _subclasses(node)]
    try:
        text = json.dumps(given, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as e:
        raise Invalid(f"hierarchy: not JSON: {e}") from e
    if len(text) > LARGEST_BYTES:
        raise Invalid(f"hierarchy: at most {LARGEST_BYTES} bytes")
    return dict(json.loads(text))


def _subclasses(node: Any) -> list[Any]:
    name = node.get("class") if isinstance(node, dict) else None
    if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME:
        raise Invalid(
            f"hierarchy: each class needs a name, 'class', of 1 to {LONGEST_NAME} letters"
        )
    below = node.get("subclasses")
    if below is not None and not isinstance(below, list):
        raise Invalid(f"hierarchy: subclasses of {name} must be a list")
    return below or []
