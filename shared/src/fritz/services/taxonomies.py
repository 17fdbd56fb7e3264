"""Taxonomies in the document store, as far as the viewer may see and change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from fritz.errors import Conflict, Forbidden, Invalid, NotFound
from fritz.marshal.taxonomy import (
    DELETE_TAXONOMY,
    LONGEST_NAME,
    POST_TAXONOMY,
    Taxonomy,
    checked_hierarchy,
)
from fritz.marshal.visibility import Viewer, edits_taxonomy, sees_group, sees_taxonomy
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where, Write
from fritz.services.groups import GroupStore
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "PUBLIC_GROUP", "NewTaxonomy", "Taxonomies", "own_groups"]

COLLECTION = "taxonomies"
PUBLIC_GROUP = "Sitewide Group"
"""The group that everybody belongs to; what names no groups is for it."""


@dataclass(frozen=True, slots=True)
class NewTaxonomy:
    """What somebody posts."""

    name: str
    version: str
    hierarchy: Any
    group_ids: Sequence[int] | None = None
    """None for the public group."""
    provenance: str | None = None
    is_latest: bool = True


@dataclass(frozen=True, slots=True)
class Taxonomies:
    """All taxonomies, one document each; there are few."""

    documents: DocumentStore
    groups: GroupStore

    def get_many(self, taxonomy_ids: Iterable[int]) -> dict[int, Taxonomy]:
        """Return those of the taxonomies that exist, whoever may see them."""
        rows = self.documents.get_many(COLLECTION, [str(each) for each in set(taxonomy_ids)])
        found = [Taxonomy.from_fields(row.data) for row in rows.values()]
        return {each.id: each for each in found}

    def visible(self, viewer: Viewer) -> list[Taxonomy]:
        """Return the taxonomies of the viewer's groups, by id."""
        rows = [Taxonomy.from_fields(r.data) for r in self.documents.query(Query(COLLECTION))]
        return sorted((t for t in rows if sees_taxonomy(viewer, t)), key=lambda each: each.id)

    def get(self, viewer: Viewer, taxonomy_id: int) -> Taxonomy:
        """Return one taxonomy; `NotFound` if there is none that the viewer sees."""
        found = self.get_many([taxonomy_id]).get(taxonomy_id)
        if found is None or not sees_taxonomy(viewer, found):
            raise NotFound(f"no taxonomy {taxonomy_id}")
        return found

    def create(self, viewer: Viewer, new: NewTaxonomy, now: datetime) -> Taxonomy:
        """Post a taxonomy; the latest of a name takes that mark from the earlier ones.

        Raises
        ------
        Unauthorized
            The viewer may not post taxonomies.
        Conflict
            Name and version are taken.
        Invalid
            A name or the tree is none, or no group is the viewer's.
        """
        viewer.must(POST_TAXONOMY)
        hierarchy = checked_hierarchy(new.hierarchy)
        groups = own_groups(viewer, self.groups, new.group_ids)
        number = Numbers.of(self.documents).next(COLLECTION)
        made = Taxonomy(
            number, _named(new.name), _named(new.version), hierarchy, groups, viewer.user.id, now,
            now, new.provenance, new.is_latest,
        )  # fmt: skip

        def body(transaction: Transaction) -> Taxonomy:
            demoted = _settled(transaction, made, now)
            transaction.write(Create(COLLECTION, str(number), made.to_fields()), *demoted)
            return made

        return self.documents.transact(body)

    def change(self, viewer: Viewer, taxonomy_id: int, now: datetime, **changed: Any) -> None:
        """Change `name`, `version`, `provenance`, `is_latest` or `group_ids`; the tree stays.

        Groups that the viewer is not in stay, too: whoever does not see them cannot mean them.

        Raises
        ------
        Unauthorized
            The viewer may not post taxonomies.
        NotFound
            There is none that the viewer sees.
        Forbidden
            Neither did the viewer post it, nor do they decide for its groups.
        """
        viewer.must(POST_TAXONOMY)
        if "group_ids" in changed:
            changed["group_ids"] = own_groups(viewer, self.groups, changed["group_ids"])
        for name in changed.keys() & {"name", "version"}:
            _named(changed[name])

        def body(transaction: Transaction) -> None:
            old = _editable(transaction, viewer, taxonomy_id)
            new = replace(old, modified=now, **changed)
            if "group_ids" in changed:
                unseen = {each for each in old.group_ids if not sees_group(viewer, each)}
                new = replace(new, group_ids=tuple(sorted(unseen | set(new.group_ids))))
            demoted = _settled(transaction, new, now)
            transaction.write(Put(COLLECTION, str(taxonomy_id), new.to_fields()), *demoted)

        self.documents.transact(body)

    def delete(self, viewer: Viewer, taxonomy_id: int) -> None:
        """Remove a taxonomy that no classification uses.

        Raises
        ------
        Unauthorized
            The viewer may not delete taxonomies.
        NotFound, Forbidden
            As for a change.
        Conflict
            There are classifications in it.
        """
        viewer.must(DELETE_TAXONOMY)

        def body(transaction: Transaction) -> None:
            _editable(transaction, viewer, taxonomy_id)
            used = Query("classifications", (Where("taxonomy_id", "==", taxonomy_id),), limit=1)
            if transaction.query(used):
                raise Conflict(f"taxonomy {taxonomy_id} has classifications")
            transaction.write(Delete(COLLECTION, str(taxonomy_id)))

        self.documents.transact(body)


def own_groups(
    viewer: Viewer, groups: GroupStore, group_ids: Sequence[int] | None
) -> tuple[int, ...]:
    """Return those of the groups that are the viewer's; the public one where none are named.

    Raises
    ------
    Invalid
        None is left.
    """
    every = groups.all()
    if group_ids is None:
        wanted = {each.id for each in every if each.name == PUBLIC_GROUP}
    else:
        wanted = {each.id for each in every} & set(group_ids)
    found = tuple(sorted(each for each in wanted if sees_group(viewer, each)))
    if not found:
        raise Invalid("group_ids: none of these groups is yours")
    return found


def _named(text: str) -> str:
    if not 0 < len(text.strip()) <= LONGEST_NAME:
        raise Invalid(f"name and version have 1 to {LONGEST_NAME} letters")
    return text


def _editable(transaction: Transaction, viewer: Viewer, taxonomy_id: int) -> Taxonomy:
    row = transaction.get(COLLECTION, str(taxonomy_id))
    found = Taxonomy.from_fields(row.data) if row else None
    if found is None or not sees_taxonomy(viewer, found):
        raise NotFound(f"no taxonomy {taxonomy_id}")
    if not edits_taxonomy(viewer, found):
        raise Forbidden(f"taxonomy {taxonomy_id}: only its author or an admin of its groups may")
    return found


def _settled(transaction: Transaction, new: Taxonomy, now: datetime) -> list[Write]:
    """Return what to write of the other taxonomies of that name, once `new` is there."""
    rows = transaction.query(Query(COLLECTION, (Where("name", "==", new.name),)))
    others = [t for row in rows if (t := Taxonomy.from_fields(row.data)).id != new.id]
    if any(each.version == new.version for each in others):
        raise Conflict(f"taxonomy {new.name} already has a version {new.version}")
    demoted = [
        replace(t, is_latest=False, modified=now) for t in others if new.is_latest and t.is_latest
    ]
    return [Put(COLLECTION, str(each.id), each.to_fields()) for each in demoted]
