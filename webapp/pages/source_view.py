"""What the page of a source shows at first: one pass over the store, for one response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.candidate import Candidate
from fritz.marshal.classification import CLASSIFY
from fritz.marshal.comment import COMMENT
from fritz.marshal.group import Group
from fritz.marshal.listing import FAVORITES
from fritz.marshal.tag import TagOption
from fritz.marshal.visibility import Viewer, may_save, sees_packet
from fritz.sky.coordinates import galactic, sexagesimal
from webapp.api.object_shapes import AnnotationRow
from webapp.api.source_query import SourceQuery
from webapp.api.source_shapes import SourceRow
from webapp.api.sources import whole_row
from webapp.pages.source_curves import Curve, curve_of
from webapp.platform import marshal

__all__ = ["Place", "SourceView", "latest_alert", "person_name", "source_view"]


@dataclass(frozen=True, slots=True)
class Place:
    """A position in the three ways in which people want it."""

    degrees: str
    sexagesimal: str
    galactic: str

    @classmethod
    def of(cls, ra: float, dec: float) -> Place:
        """Return a position's texts."""
        hours, degrees = sexagesimal(ra, dec)
        signed = degrees if degrees.startswith("-") else f"+{degrees}"
        lon, lat = galactic(ra, dec)
        return cls(
            f"{ra:.6f} {dec:+.6f}",
            f"{hours[:-2]} {signed[:-1]}",
            f"{float(lon):.5f} {float(lat):+.5f}",
        )


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as its page shows it."""

    row: SourceRow
    """As the API gives it."""
    place: Place
    curve: Curve
    candid: str
    """Of the latest alert whose stamps are open to the viewer; empty if there is none."""
    annotations: tuple[AnnotationRow, ...]
    """Those of the viewer's own groups first."""
    redshifts: tuple[Mapping[str, Any], ...]
    """The redshift's history, newest first, with who set it."""
    savable: tuple[Group, ...]
    """The viewer's groups that may save it and have not."""
    favourite: bool
    tag_options: tuple[TagOption, ...]
    """Those that it might have, too."""
    may_save: bool
    may_unsave: bool
    may_comment: bool
    may_classify: bool

    @property
    def paths(self) -> tuple[str, ...]:
        """Where the API gives what the page shows."""
        name = self.row.id
        parts = ("", "/photometry?format=both", "/spectra", "/classifications", "/comments")
        return tuple(f"/api/sources/{name}{each}" for each in parts)


def source_view(viewer: Viewer, obj_id: str) -> SourceView:
    """Return what the page shows; `NotFound` if nothing of the object is open to the viewer."""
    row = whole_row(obj_id, SourceQuery())
    latest = latest_alert(viewer, obj_id)
    listed = marshal().listings.store.listed(viewer.user.id, FAVORITES, [obj_id])
    return SourceView(
        row=row,
        place=Place.of(row.ra, row.dec),
        curve=curve_of(viewer, obj_id, row.redshift),
        candid="" if latest is None else str(latest.candid),
        annotations=_own_first(viewer, row.annotations),
        redshifts=_redshifts(row.redshift_history),
        savable=_savable(viewer, {each.id for each in row.groups if each.active}),
        favourite=obj_id in listed,
        tag_options=tuple(marshal().tags.options()) if viewer.may(UPLOAD_DATA) else (),
        may_save=viewer.may(UPLOAD_DATA),
        may_unsave=viewer.may(MANAGE_SOURCES),
        may_comment=viewer.may(COMMENT),
        may_classify=viewer.may(CLASSIFY),
    )


def person_name(user: Any) -> str:
    """Return how a person is called."""
    full = " ".join(each for each in (user.first_name, user.last_name) if each)
    return full or str(user.username)


def latest_alert(viewer: Viewer, obj_id: str) -> Candidate | None:
    """Return the alert of an object that was observed last, of those whose stamps are open."""
    passed = [
        each
        for each in marshal().scanning.all_of(viewer, obj_id)
        if each.packet is not None and sees_packet(viewer, each)
    ]
    return max(passed, key=lambda each: each.jd) if passed else None


def _own_first(viewer: Viewer, rows: Sequence[AnnotationRow]) -> tuple[AnnotationRow, ...]:
    own = viewer.default_group_ids

    def foreign(row: AnnotationRow) -> bool:
        return not any(group.id in own and group.id != 1 for group in row.groups)

    return tuple(sorted(rows, key=foreign))


def _redshifts(history: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], ...]:
    people = marshal().users.get_many({each["set_by_user_id"] for each in history})
    names = {user.id: person_name(user) for user in people}
    return tuple(
        {
            **each,
            "by": names.get(each["set_by_user_id"], "somebody"),
            "at": datetime.fromisoformat(each["set_at_utc"]),
        }
        for each in reversed(history)
    )


def _savable(viewer: Viewer, saved: set[int]) -> tuple[Group, ...]:
    wanted = [each for each in viewer.default_group_ids - saved if may_save(viewer, each)]
    return tuple(sorted(marshal().groups.get_many(wanted), key=lambda group: group.name))
