"""Comments of many objects at once, for lists that select by them."""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.comment import Comment
from fritz.marshal.visibility import Viewer, open_to
from fritz.ports import DocumentStore, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.comments import COLLECTION

__all__ = ["comments_of"]


def comments_of(
    documents: DocumentStore, viewer: Viewer, obj_ids: Iterable[str]
) -> dict[str, list[Comment]]:
    """Return the comments on each object itself that are open to the viewer.

    Whether the objects are, too, is the caller's to ask.
    """
    found: dict[str, list[Comment]] = {}
    for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
        for row in documents.query(Query(COLLECTION, (Where("obj_id", "in", list(some)),))):
            comment = Comment.from_fields(row.data)
            if comment.subject.kind == "sources" and viewer.sees(open_to(comment.group_ids)):
                found.setdefault(comment.subject.obj_id, []).append(comment)
    return found
