"""A comment: what somebody, or somebody's script, says about an object or a spectrum."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid
from fritz.marshal.subject import Subject

__all__ = [
    "COMMENT",
    "LARGEST_ATTACHMENT",
    "Attachment",
    "Comment",
    "checked_text",
    "mentioned",
    "safe_file_name",
]

COMMENT: Final = "Comment"
LONGEST_TEXT: Final = 20_000
LARGEST_ATTACHMENT: Final = 20_000_000
"""Bytes, decoded."""

_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9][\w.\-]*[\w\-]|[A-Za-z0-9])")
_UNSAFE = re.compile(r"[^\w.\- ()+]+")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a comment."""

    name: str
    key: str
    """Where its bytes stand in the object store."""
    size: int


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment."""

    id: int
    subject: Subject
    text: str
    group_ids: tuple[int, ...]
    """Whose members see it."""
    author_id: int
    created_at: datetime
    modified: datetime
    bot: bool = False
    """Whether it came by a token."""
    channel: str | None = None
    """The named conversation that it belongs to; None for the common one."""
    attachment: Attachment | None = None

    def to_fields(self) -> dict[str, Any]:
        """Return the comment as a document's fields."""
        file = self.attachment
        return {
            "id": self.id,
            **self.subject.to_fields(),
            "text": self.text,
            "group_ids": list(self.group_ids),
            "author_id": self.author_id,
            "created_at": self.created_at,
            "modified": self.modified,
            "bot": self.bot,
            "channel": self.channel,
            "attachment": file and {"name": file.name, "key": file.key, "size": file.size},
        }

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> Comment:
        """Return the comment that `to_fields` wrote; unknown fields are ignored."""
        file = fields.get("attachment")
        return cls(
            id=int(fields["id"]),
            subject=Subject.from_fields(fields),
            text=fields["text"],
            group_ids=tuple(int(each) for each in fields["group_ids"]),
            author_id=int(fields["author_id"]),
            created_at=fields["created_at"],
            modified=fields["modified"],
            bot=bool(fields.get("bot")),
            channel=fields.get("channel"),
            attachment=Attachment(file["name"], file["key"], int(file["size"])) if file else None,
        )


def checked_text(text: str) -> str:
    """Return a comment's text if it says something, in at most `LONGEST_TEXT` letters.

    Raises
    ------
    Invalid
        It does not.
    """
    if not text.strip():
        raise Invalid("text: a comment must say something")
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"text: at most {LONGEST_TEXT} letters")
    return text


def mentioned(text: str) -> tuple[str, ...]:
    """Return the user names after an ``@``, each once, in order.

    Examples
    --------
    >>> mentioned("@ann and @bob.k: see mail@example.org, @ann.")
    ('ann', 'bob.k')
    """
    return tuple(dict.fromkeys(_MENTION.findall(text)))


def safe_file_name(name: str) -> str:
    """Return a file's name without folders and without what a header or a shell would read.

    Examples
    --------
    >>> safe_file_name('../a"b;.fits')
    'a_b_.fits'
    """
    last = re.split(r"[/\\]", name)[-1]
    return _UNSAFE.sub("_", last).strip(". ")[:200] or "attachment"
