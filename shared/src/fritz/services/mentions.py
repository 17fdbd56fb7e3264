"""Tells people that a comment names them, if they may read it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fritz.errors import Forbidden
from fritz.marshal.comment import Comment
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, sees_group
from fritz.services.groups import UserStore
from fritz.services.notifications import Notifications
from fritz.services.subjects import Subjects

__all__ = ["Mentions"]

MOST: Final = 50
"""Names in one comment that are looked up."""


@dataclass(frozen=True, slots=True)
class Mentions:
    """Whom a comment's ``@names`` mean."""

    users: UserStore
    viewer_of: Callable[[User], Viewer]
    """Makes of a user whoever they are when they sign in."""
    subjects: Subjects
    notifications: Notifications

    def tell(self, author: Viewer, comment: Comment, names: Sequence[str]) -> None:
        """Notify those whom the comment names and who see it."""
        called = [self.users.by_name(name) for name in names[:MOST]]
        told = [each.id for each in called if each is not None and self._reads(each, comment)]
        self.notifications.tell(
            [each for each in told if each != author.user.id],
            "mention",
            f"{author.user.username} mentioned you in a comment on {comment.subject.obj_id}",
            f"/source/{comment.subject.obj_id}",
            comment.created_at,
        )

    def _reads(self, user: User, comment: Comment) -> bool:
        try:
            reader = self.viewer_of(user)
        except Forbidden:  # the account has expired
            return False
        in_a_group = any(sees_group(reader, each) for each in comment.group_ids)
        return in_a_group and bool(self.subjects.visible(reader, [comment.subject]))
