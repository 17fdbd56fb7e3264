"""Tags in the document store: which there are, and which objects have them for whom."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.tag import ObjTag, TagOption, checked_color, checked_tag_name
from fritz.marshal.visibility import Viewer, sees_group, sees_tag
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.groups import GroupStore
from fritz.services.numbering import Numbers
from fritz.services.objects import ObjStore
from fritz.services.taxonomies import own_groups

__all__ = ["COLLECTION", "OPTIONS", "Tags"]

COLLECTION: Final = "obj_tags"
OPTIONS: Final = "tag_options"


@dataclass(frozen=True, slots=True)
class Tags:
    """All tags, one document each, and one for each object and tag."""

    documents: DocumentStore
    now: Callable[[], datetime]

    def options(self) -> list[TagOption]:
        """Return the tags that there are, by name; everybody sees them."""
        found = [TagOption.from_fields(r.data) for r in self.documents.query(Query(OPTIONS))]
        return sorted(found, key=lambda each: each.name.lower())

    def add_option(self, viewer: Viewer, name: str, color: str | None) -> TagOption:
        """Make a tag and return it.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        Invalid
            Name or colour are none.
        Conflict
            There is a tag of that name, however it is written.
        """
        viewer.must(MANAGE_SOURCES)
        number, now = Numbers.of(self.documents).next(OPTIONS), self.now()
        made = TagOption(number, checked_tag_name(name), checked_color(color), now, now)

        def body(transaction: Transaction) -> None:
            _must_be_free(transaction, made)
            transaction.write(Create(OPTIONS, str(number), made.to_fields()))

        self.documents.transact(body)
        return made

    def change_option(self, viewer: Viewer, option_id: int, name: str, color: str | None) -> None:
        """Call a tag otherwise; without a colour it keeps its own.

        Raises
        ------
        NotFound
            There is no such tag; all else as for a new one.
        """
        viewer.must(MANAGE_SOURCES)
        checked_tag_name(name)
        checked_color(color)

        def body(transaction: Transaction) -> None:
            old = _option(transaction, option_id)
            new = replace(old, name=name, color=color or old.color, modified=self.now())
            _must_be_free(transaction, new)
            transaction.write(Put(OPTIONS, str(option_id), new.to_fields()))

        self.documents.transact(body)

    def delete_option(self, viewer: Viewer, option_id: int) -> None:
        """Remove a tag that no object has.

        Raises
        ------
        Unauthorized
            The viewer may not manage sources.
        NotFound
            There is no such tag.
        Conflict
            An object has it, maybe for a group that the viewer is not in.
        """
        viewer.must(MANAGE_SOURCES)

        def body(transaction: Transaction) -> None:
            _option(transaction, option_id)
            used = Query(COLLECTION, (Where("option_id", "==", option_id),), limit=1)
            if transaction.query(used):
                raise Conflict(f"tag {option_id} is on objects")
            transaction.write(Delete(OPTIONS, str(option_id)))

        self.documents.transact(body)

    def of_objects(self, viewer: Viewer, obj_ids: Iterable[str]) -> dict[str, list[ObjTag]]:
        """Return the tags of each object that are open to the viewer, in the order of their ids."""
        names = sorted(set(obj_ids))
        found = [
            tag
            for some in chunks(names, VALUES_PER_IN)
            for tag in self._query(Where("obj_id", "in", list(some)))
        ]
        by_object: dict[str, list[ObjTag]] = {}
        for each in self._visible(viewer, found):
            by_object.setdefault(each.obj_id, []).append(each)
        return by_object

    def visible(self, viewer: Viewer, obj_id: str | None, option_id: int | None) -> list[ObjTag]:
        """Return tags on objects that are open to the viewer: of one object, of one tag, of both.

        Raises
        ------
        Invalid
            Neither is named.
        """
        if obj_id is not None:
            found = self.of_objects(viewer, [obj_id]).get(obj_id, [])
            return [each for each in found if option_id in {None, each.option_id}]
        if option_id is None:
            raise Invalid("obj_id or objtagoption_id is required")
        return self._visible(viewer, self._query(Where("option_id", "==", option_id)))

    def put(
        self, viewer: Viewer, obj_id: str, option_id: int, group_ids: Sequence[int] | None
    ) -> tuple[ObjTag, bool]:
        """Put a tag on an object for some of the viewer's groups; return it, and whether it is new.

        Where it is there, it is opened to these groups, too.

        Parameters
        ----------
        group_ids : None for the public group.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such object for the viewer, or no such tag.
        Invalid
            No group is the viewer's.
        """
        viewer.must(UPLOAD_DATA)
        ObjStore(self.documents).get(viewer, obj_id)
        groups = own_groups(viewer, GroupStore(self.documents), group_ids)
        number, now = Numbers.of(self.documents).next(COLLECTION), self.now()

        def body(transaction: Transaction) -> tuple[ObjTag, bool]:
            _option(transaction, option_id)
            rows = transaction.query(Query(COLLECTION, (Where("obj_id", "==", obj_id),)))
            tags = [ObjTag.from_fields(row.data) for row in rows]
            old = next((each for each in tags if each.option_id == option_id), None)
            made = ObjTag(number, obj_id, option_id, groups, viewer.user.id, now, now)
            if old is not None:
                opened = tuple(sorted({*old.group_ids, *groups}))
                made = replace(old, group_ids=opened, modified=now)
            transaction.write(Put(COLLECTION, str(made.id), made.to_fields()))
            return made, old is None

        return self.documents.transact(body)

    def take(self, viewer: Viewer, tag_id: int, group_ids: Sequence[int] | None) -> None:
        """Close a tag on an object to groups; without any left, the object has it no more.

        Parameters
        ----------
        group_ids : None for all of the viewer's.

        Raises
        ------
        Unauthorized
            The viewer may not upload data.
        NotFound
            There is no such tag that the viewer sees.
        Invalid
            A group is not the viewer's, or it is open to none of these.
        """
        viewer.must(UPLOAD_DATA)
        row = self.documents.get(COLLECTION, str(tag_id))
        if row is None or not self._visible(viewer, [ObjTag.from_fields(row.data)]):
            raise NotFound(f"no tag {tag_id} on an object")
        if foreign := [each for each in group_ids or () if not sees_group(viewer, each)]:
            raise Invalid(f"no group {foreign[0]}")

        def body(transaction: Transaction) -> None:
            standing = transaction.get(COLLECTION, str(tag_id))
            if standing is None:
                raise NotFound(f"no tag {tag_id} on an object")
            old = ObjTag.from_fields(standing.data)
            own = [each for each in old.group_ids if sees_group(viewer, each)]
            gone = set(own if group_ids is None else group_ids) & set(old.group_ids)
            if not gone:
                raise Invalid(f"group_ids: tag {tag_id} is open to none of these")
            left = tuple(each for each in old.group_ids if each not in gone)
            new = replace(old, group_ids=left, modified=self.now())
            key = str(tag_id)
            transaction.write(
                Put(COLLECTION, key, new.to_fields()) if left else Delete(COLLECTION, key)
            )

        self.documents.transact(body)

    def _query(self, where: Where) -> list[ObjTag]:
        rows = self.documents.query(Query(COLLECTION, (where,)))
        return sorted((ObjTag.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def _visible(self, viewer: Viewer, found: Sequence[ObjTag]) -> list[ObjTag]:
        objs = ObjStore(self.documents).get_many({each.obj_id for each in found}) if found else {}
        return [
            each
            for each in found
            if each.obj_id in objs and sees_tag(viewer, each, objs[each.obj_id].principals)
        ]


def _option(transaction: Transaction, option_id: int) -> TagOption:
    row = transaction.get(OPTIONS, str(option_id))
    if row is None:
        raise NotFound(f"no tag {option_id}")
    return TagOption.from_fields(row.data)


def _must_be_free(transaction: Transaction, option: TagOption) -> None:
    same = transaction.query(Query(OPTIONS, (Where("key", "==", option.name.lower()),)))
    if any(row.data["id"] != option.id for row in same):
        raise Conflict(f"there is a tag {option.name}")
