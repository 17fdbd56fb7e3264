"""Why somebody sees an object and what hangs on it, or why not, and what would change that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from fritz.errors import Invalid, NotFound
from fritz.marshal.user import User
from fritz.marshal.visibility import (
    Reasons,
    Viewer,
    known_streams,
    knows_person,
    of_stream,
    reasons,
    streams_of,
)
from fritz.marshal.visibility.principals import parts_of
from fritz.ports import DocumentStore
from fritz.services.groups import GroupStore, StreamStore, UserStore

__all__ = ["Explained", "Explaining", "Product", "Products"]


@dataclass(frozen=True, slots=True)
class Product:
    """One row that hangs on an object, or several that are open to the same people."""

    kind: str
    """What the API calls it: candidate, source, photometry …"""
    name: str
    """Which one, for people."""
    principals: tuple[str, ...]
    """Whom it is open to."""
    attaches: bool = True
    """Whether whoever sees it sees the object."""


Products: TypeAlias = Callable[[str], list[Product]]
"""Reads one kind of product of an object, whoever may see it."""


@dataclass(frozen=True, slots=True)
class Explained:
    """What somebody sees of an object and why."""

    user: User
    """With those groups and streams that whoever asks may know of."""
    whole: bool
    """Whether whoever asks may know all of them."""
    products: tuple[tuple[Product, Reasons], ...]
    names: dict[str, str]
    """Of the groups, streams and people that the reasons name, by principal."""

    @property
    def sees_object(self) -> bool | None:
        """Whether they see something that shows the object; None where that cannot be told."""
        showing = [why for each, why in self.products if each.attaches]
        if any(why.open for why in showing):
            return True
        return None if any(why.unsure for why in showing) else False


@dataclass(frozen=True, slots=True)
class Explaining:
    """Explains access, as far as whoever asks sees the object themselves."""

    documents: DocumentStore
    kinds: Sequence[Products]

    def explain(self, viewer: Viewer, user_id: int, obj_id: str) -> Explained:
        """Return what a user sees of an object.

        Nobody learns of anything that is closed to them: the products are those that the viewer
        sees, and where there are none the object does not exist. Of the user's streams they learn
        what `known_streams` lets them know.

        Raises
        ------
        NotFound
            There is no such object, or nothing of it is open to the viewer.
        Invalid
            There is no such user.
        """
        every = [product for kind in self.kinds for product in kind(obj_id)]
        if not any(viewer.sees(each.principals) for each in every if each.attaches):
            raise NotFound("Source not found")
        found = UserStore(self.documents).get_many([user_id])
        if not found:
            raise Invalid(f"no user {user_id}")
        user, known = self._as_known(viewer, found[0])
        streams = StreamStore(self.documents).get_many(user.stream_ids)
        other = Viewer(user, user.permissions, tuple(streams))
        shown = [each for each in every if viewer.sees(each.principals)]
        named = {part for each in shown for one in each.principals for part in parts_of(one)}
        unsaid = () if known is None else frozenset(streams_of(named)) - known
        unknown = frozenset(of_stream(each) for each in unsaid)
        rows = tuple((each, reasons(other, each.principals, unknown)) for each in shown)
        return Explained(user, known is None, rows, self._names(named))

    def _as_known(self, viewer: Viewer, user: User) -> tuple[User, frozenset[int] | None]:
        """Return a user as the viewer may know them, and the streams that this tells of, or all."""
        if knows_person(viewer, user.id):
            return user, None
        ids = {*user.group_ids, *viewer.user.admin_group_ids}
        known = known_streams(viewer, user, GroupStore(self.documents).get_many(ids))
        held = tuple(each for each in user.stream_ids if each in known)
        return replace(user, stream_ids=held), known

    def _names(self, named: set[str]) -> dict[str, str]:
        ids = {
            kind: [int(p[2:]) for p in named if p.startswith(kind)] for kind in ("g:", "s:", "u:")
        }
        groups = GroupStore(self.documents).get_many(ids["g:"])
        streams = StreamStore(self.documents).get_many(ids["s:"])
        users = UserStore(self.documents).get_many(ids["u:"])
        return (
            {f"g:{each.id}": f"group {each.id} ({each.name})" for each in groups}
            | {f"s:{each.id}": f"stream {each.id} ({each.name})" for each in streams}
            | {f"u:{each.id}": f"user {each.id} ({each.username})" for each in users}
        )
