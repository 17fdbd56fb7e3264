"""What rows of objects show besides, where it is asked for: comments, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fritz.marshal.subject import Subject
from webapp.api.candidate_query import CandidatesQuery
from webapp.api.comment_shapes import comment_rows
from webapp.api.source_query import Includes
from webapp.api.thumbnails import thumbnail_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["candidate_includes", "source_includes", "thumbnails_of"]


def source_includes(names: Sequence[str], asked: Includes) -> dict[str, dict[str, Any]]:
    """Return what a request wants to see of sources besides, by name."""
    more: dict[str, dict[str, Any]] = {name: {} for name in names}
    if asked.include_thumbnails:
        pictures = thumbnails_of(names)
        for name in names:
            more[name]["thumbnails"] = pictures[name]
    for name in names:
        if asked.include_comments or asked.include_comment_exists:
            comments = _comments(name)
            if asked.include_comments:
                more[name]["comments"] = comment_rows(comments)
            if asked.include_comment_exists:
                more[name]["comment_exists"] = bool(comments)
    return more


def candidate_includes(name: str, asked: CandidatesQuery | Any) -> dict[str, Any]:
    """Return what a request wants to see of a candidate besides."""
    return {"comments": comment_rows(_comments(name))} if asked.include_comments else {}


def thumbnails_of(names: Sequence[str]) -> dict[str, list[Any]]:
    """Return the pictures of objects that are known to be visible."""
    found = marshal().discussion.thumbnails.of_objects(api_viewer(), names)
    return {name: [thumbnail_row(each) for each in found.get(name, ())] for name in names}


def _comments(name: str) -> Any:
    about = Subject("sources", name, name)
    return marshal().discussion.comments.visible(api_viewer(), about)
