"""Comments in the document store, their attachments in the object store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from fritz.errors import Forbidden, Invalid, NotFound
from fritz.marshal.comment import (
    COMMENT,
    LARGEST_ATTACHMENT,
    Attachment,
    Comment,
    checked_text,
    mentioned,
    safe_file_name,
)
from fritz.marshal.subject import Subject, SubjectKind
from fritz.marshal.visibility import Viewer, edits_own, sees_group
from fritz.ports import Create, Delete, DocumentStore, ObjectStore, Order, Query, Update, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.events import Event, Events
from fritz.services.groups import GroupStore
from fritz.services.mentions import Mentions
from fritz.services.numbering import Numbers
from fritz.services.subjects import Subjects
from fritz.services.taxonomies import own_groups

__all__ = ["COLLECTION", "Comments", "NewComment", "NewFile"]

COLLECTION: Final = "comments"
SEARCHED: Final = 2000
"""How many of the newest comments a search by text looks at."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to attach."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class NewComment:
    """What somebody writes."""

    text: str
    group_ids: Sequence[int] | None = None
    """None for everybody who sees the object."""
    channel: str | None = None
    file: NewFile | None = None


@dataclass(frozen=True, slots=True)
class Comments:
    """All comments, one document each."""

    documents: DocumentStore
    objects: ObjectStore
    subjects: Subjects
    groups: GroupStore
    mentions: Mentions
    events: Events

    def of_subject(self, viewer: Viewer, kind: SubjectKind, row_id: str) -> list[Comment]:
        """Return what the viewer sees of a subject's comments, oldest first.

        Raises
        ------
        NotFound
            There is no such subject for the viewer.
        """
        return self.visible(viewer, self.subjects.get(viewer, kind, row_id))

    def visible(self, viewer: Viewer, subject: Subject) -> list[Comment]:
        """Return the visible comments of a subject that the viewer is known to see."""
        found = self._query(Where("subject", "==", subject.key))
        return [each for each in found if _sees(viewer, each)]

    def about(self, viewer: Viewer, subjects: Iterable[str]) -> dict[str, list[Comment]]:
        """Return the visible comments of subjects that the viewer is known to see, by their keys.

        Each subject's stand oldest first.
        """
        found: dict[str, list[Comment]] = {}
        for some in chunks(sorted(set(subjects)), VALUES_PER_IN):
            for each in self._query(Where("subject", "in", list(some))):
                if _sees(viewer, each):
                    found.setdefault(each.subject.key, []).append(each)
        return found

    def search(self, viewer: Viewer, text: str) -> list[Comment]:
        """Return those of the viewer's newest comments that contain a text, newest first.

        The latest `SEARCHED` comments are looked at, of objects that the viewer sees.
        """
        newest = Query(COLLECTION, (), (Order("created_at", descending=True),), limit=SEARCHED)
        rows = [Comment.from_fields(row.data) for row in self.documents.query(newest)]
        wanted = text.casefold()
        found = [c for c in rows if wanted in c.text.casefold() and _sees(viewer, c)]
        seen = self.subjects.visible(viewer, [each.subject for each in found])
        return [each for each in found if each.subject.key in seen]

    def get(self, viewer: Viewer, kind: SubjectKind, row_id: str, comment_id: int) -> Comment:
        """Return one comment.

        Raises
        ------
        NotFound
            There is no such subject for the viewer, or it has no such comment.
        Forbidden
            The comment is of groups that the viewer is not in.
        """
        subject = self.subjects.get(viewer, kind, row_id)
        return self._of(viewer, comment_id, subject)

    def by_id(self, viewer: Viewer, comment_id: int) -> Comment:
        """Return one comment whose subject the viewer need not name; refused as `get` is."""
        found = self._of(viewer, comment_id, None)
        if not self.subjects.visible(viewer, [found.subject]):
            raise NotFound(f"no comment {comment_id}")
        return found

    def _of(self, viewer: Viewer, comment_id: int, subject: Subject | None) -> Comment:
        row = self.documents.get(COLLECTION, str(comment_id))
        found = Comment.from_fields(row.data) if row else None
        if found is None or (subject is not None and found.subject.key != subject.key):
            raise NotFound(f"no comment {comment_id}")
        if not _sees(viewer, found):
            raise Forbidden(f"comment {comment_id} is not accessible")
        return found

    def create(
        self, viewer: Viewer, kind: SubjectKind, row_id: str, given: NewComment, now: datetime
    ) -> Comment:
        """Write a comment and return it; said twice by the same person, it stands once.

        Raises
        ------
        Unauthorized
            The viewer may not comment.
        NotFound
            There is no such subject for the viewer.
        Invalid
            It says nothing, is too long, or no group is the viewer's.
        """
        viewer.must(COMMENT)
        subject = self.subjects.get(viewer, kind, row_id)
        text = checked_text(given.text)
        groups = own_groups(viewer, self.groups, given.group_ids)
        if given.file is None and (said := self._said(viewer, subject, text, groups, given)):
            return said
        number = Numbers.of(self.documents).next(COLLECTION)
        made = Comment(
            number, subject, text, groups, viewer.user.id, now, now, viewer.by_token, given.channel,
            None if given.file is None else self._attach(number, given.file),
        )  # fmt: skip
        event = Event.about_object(
            "CommentPosted", subject.obj_id, groups, viewer.user.id, now, comment_id=number
        )
        self.documents.commit([Create(COLLECTION, str(number), made.to_fields()), event.write()])
        self.events.announce([event])
        self.mentions.tell(viewer, made, mentioned(text))
        return made

    def _said(
        self,
        viewer: Viewer,
        subject: Subject,
        text: str,
        groups: tuple[int, ...],
        given: NewComment,
    ) -> Comment | None:
        for each in self._query(Where("subject", "==", subject.key)):
            same = (each.author_id, each.text, each.channel) == (
                viewer.user.id, text, given.channel,
            )  # fmt: skip
            if same and each.group_ids == groups and each.attachment is None:
                return each
        return None

    def change(
        self,
        viewer: Viewer,
        comment: Comment,
        now: datetime,
        *,
        text: str | None = None,
        group_ids: Sequence[int] | None = None,
        file: NewFile | None = None,
    ) -> None:
        """Change a comment; what is None stays.

        Raises
        ------
        Unauthorized
            The viewer may not comment.
        Forbidden
            Somebody else wrote it.
        Invalid
            As for a new one, or nothing changes.
        """
        self._must_edit(viewer, comment)
        if text is None and group_ids is None and file is None:
            raise Invalid("one of text, group_ids and attachment is required")
        new = replace(
            comment,
            text=comment.text if text is None else checked_text(text),
            group_ids=comment.group_ids
            if group_ids is None
            else own_groups(viewer, self.groups, group_ids),
            attachment=comment.attachment if file is None else self._attach(comment.id, file),
            modified=now,
        )
        event = Event.about_object(
            "CommentChanged", new.subject.obj_id, new.group_ids, viewer.user.id, now,
            comment_id=new.id,
        )  # fmt: skip
        # An update, not a put: a comment that was deleted meanwhile stays deleted.
        self.documents.commit([Update(COLLECTION, str(new.id), new.to_fields()), event.write()])
        self.events.announce([event])
        self._detach(comment, new)

    def delete(self, viewer: Viewer, comment: Comment, now: datetime) -> None:
        """Remove a comment and its attachment; refused as a change is."""
        self._must_edit(viewer, comment)
        event = Event.about_object(
            "CommentDeleted", comment.subject.obj_id, comment.group_ids, viewer.user.id, now,
            comment_id=comment.id,
        )  # fmt: skip
        self.documents.commit([Delete(COLLECTION, str(comment.id)), event.write()])
        self.events.announce([event])
        self._detach(comment, None)

    def _detach(self, old: Comment, new: Comment | None) -> None:
        """Remove the file of a comment that has it no more."""
        kept = new.attachment if new else None
        if old.attachment is not None and (kept is None or kept.key != old.attachment.key):
            self.objects.delete(old.attachment.key)

    def attached(self, comment: Comment) -> bytes:
        """Return the bytes of a comment's file.

        Raises
        ------
        NotFound
            It has none.
        """
        if comment.attachment is None:
            raise NotFound(f"comment {comment.id} has no attachment")
        return self.objects.get(comment.attachment.key)

    def _attach(self, comment_id: int, file: NewFile) -> Attachment:
        if not 0 < len(file.data) <= LARGEST_ATTACHMENT:
            raise Invalid(f"attachment: 1 to {LARGEST_ATTACHMENT} bytes")
        digest = hashlib.sha256(file.data).hexdigest()
        key = f"attachments/comments/{comment_id}/{digest}"
        self.objects.create(key, file.data)
        return Attachment(safe_file_name(file.name), key, len(file.data))

    def _must_edit(self, viewer: Viewer, comment: Comment) -> None:
        viewer.must(COMMENT)
        if not edits_own(viewer, comment.author_id):
            raise Forbidden(f"comment {comment.id}: only its author may")

    def _query(self, *where: Where) -> list[Comment]:
        rows = self.documents.query(Query(COLLECTION, where))
        return sorted((Comment.from_fields(row.data) for row in rows), key=lambda each: each.id)


def _sees(viewer: Viewer, comment: Comment) -> bool:
    return any(sees_group(viewer, each) for each in comment.group_ids)
