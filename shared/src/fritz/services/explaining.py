"""Why somebody sees an object and what hangs on it, or why not, and what would change that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fritz.errors import Invalid, NotFound
from fritz.marshal.user import User
from fritz.marshal.visibility import Reasons, Viewer, reasons
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
    sees_object: bool
    products: tuple[tuple[Product, Reasons], ...]
    names: dict[str, str]
    """Of the groups, streams and people that the reasons name, by principal."""


@dataclass(frozen=True, slots=True)
class Explaining:
    """Explains access, as far as whoever asks sees the object themselves."""

    documents: DocumentStore
    kinds: Sequence[Products]

    def explain(self, viewer: Viewer, user_id: int, obj_id: str) -> Explained:
        """Return what a user sees of an object.

        Nobody learns of anything that is closed to them: the products are those that the viewer
        sees, and where there are none the object does not exist.

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
        user = found[0]
        streams = StreamStore(self.documents).get_many(user.stream_ids)
        other = Viewer(user, user.permissions, tuple(streams))
        shown = [each for each in every if viewer.sees(each.principals)]
        sees = any(other.sees(each.principals) for each in every if each.attaches)
        rows = tuple((each, reasons(other, each.principals)) for each in shown)
        return Explained(user, sees, rows, self._names(rows))

    def _names(self, rows: Iterable[tuple[Product, Reasons]]) -> dict[str, str]:
        named = {part for each, _ in rows for whole in each.principals for part in parts_of(whole)}
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
