"""Parts of a source's page that are fetched when they come into view, or after a form was sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import render_template
from flask.typing import ResponseReturnValue

from fritz.errors import NotFound
from fritz.marshal.acls import MANAGE_SOURCES, UPLOAD_DATA
from fritz.marshal.classification import CLASSIFY
from fritz.marshal.comment import COMMENT
from fritz.marshal.group import Group
from fritz.marshal.subject import Subject
from fritz.marshal.taxonomy import Taxonomy
from fritz.marshal.visibility import Viewer, edits_classification, edits_own
from webapp.api.classifications import classification_rows
from webapp.api.comment_shapes import comment_rows
from webapp.api.spectrum_shapes import Wanted, spectrum_rows
from webapp.pages.blueprints import page_blueprint
from webapp.pages.source_curves import curve_of
from webapp.pages.source_view import person_name
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint", "classifications_context", "comments_context", "publishing_context"]

blueprint = page_blueprint("source_parts", __name__)

_PIECES: Final = re.compile(r"(https?://[^\s<>\"']+|(?<![\w@])@[A-Za-z0-9][\w.\-]*)")
EVENTS: Final = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of what somebody wrote: plain text, a link, or somebody's name."""

    kind: str
    text: str


@blueprint.get("/source/<obj_id>/comments")
def comments(obj_id: str) -> ResponseReturnValue:
    """Show what is said of a source."""
    viewer = page_viewer()
    marshal().objects.get(viewer, obj_id)
    return render_template("source/_comments.html", **comments_context(viewer, obj_id))


@blueprint.get("/source/<obj_id>/classifications")
def classifications(obj_id: str) -> ResponseReturnValue:
    """Show what a source is said to be, and the form to say it."""
    viewer = page_viewer()
    marshal().objects.get(viewer, obj_id)
    return render_template(
        "source/_classifications.html", **classifications_context(viewer, obj_id)
    )


@blueprint.get("/source/<obj_id>/table")
def table(obj_id: str) -> ResponseReturnValue:
    """Show the light curve as a table."""
    viewer = page_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    curve = curve_of(viewer, obj_id, obj.redshift)
    return render_template("source/_table.html", curve=curve, obj_id=obj_id)


@blueprint.get("/source/<obj_id>/spectra")
def spectra(obj_id: str) -> ResponseReturnValue:
    """Show the spectra of a source."""
    viewer = page_viewer()
    found = marshal().observing.spectra.of_object(viewer, obj_id)
    obj = marshal().objects.get(viewer, obj_id)
    rows = spectrum_rows(found, Wanted(mjd=True))
    plot = {
        "redshift": obj.redshift,
        "spectra": [
            {
                "id": each.id,
                "label": f"{each.observed_at:%Y-%m-%d} {each.instrument_name or ''}".strip(),
                "units": each.units,
                "wavelengths": [round(value, 2) for value in each.wavelengths],
                "fluxes": [float(f"{value:.5g}") for value in each.fluxes],
            }
            for each in rows
        ],
    }
    return render_template("source/_spectra.html", rows=rows, plot=plot, obj_id=obj_id)


@blueprint.get("/source/<obj_id>/neighbours")
def neighbours(obj_id: str) -> ResponseReturnValue:
    """Show other objects: duplicates and what is near, and sources whose light curves are alike."""
    viewer = page_viewer()
    obj = marshal().objects.get(viewer, obj_id)
    near = marshal().objects.cone(viewer, obj.ra, obj.dec, NEAR_DEG)
    others = [each for each in near if each.obj.id != obj_id]
    similar = marshal().archived.similar.of(viewer, obj_id)
    return render_template("source/_neighbours.html", others=others, similar=similar)


NEAR_DEG: Final = 60 / 3600


@blueprint.get("/source/<obj_id>/matches")
def matches(obj_id: str) -> ResponseReturnValue:
    """Show what catalogs have at the place of a source."""
    viewer = page_viewer()
    marshal().objects.get(viewer, obj_id)
    return render_template("source/_matches.html", matches=matches_of(viewer, obj_id))


def matches_of(viewer: Viewer, obj_id: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows that an object was matched with, by catalog; those without are left out."""
    try:
        found = marshal().archived.histories.get(viewer, obj_id).cross_matches
    except NotFound:
        return {}
    return {name: rows for name, rows in sorted(found.items()) if rows}


@blueprint.get("/source/<obj_id>/trail")
def trail(obj_id: str) -> ResponseReturnValue:
    """Show what happened to a source, newest first."""
    viewer = page_viewer()
    marshal().objects.get(viewer, obj_id)
    events = marshal().discussion.events.of_object(viewer, obj_id, EVENTS)
    people = marshal().users.get_many({each.by for each in events if each.by is not None})
    names = {user.id: person_name(user) for user in people}
    return render_template("source/_trail.html", events=events, names=names, words=_words)


@blueprint.get("/source/<obj_id>/publishing")
def publishing(obj_id: str) -> ResponseReturnValue:
    """Show the public pages of a source, and the forms to share and publish it."""
    viewer = page_viewer()
    return render_template("source/_publishing.html", **publishing_context(viewer, obj_id))


def comments_context(viewer: Viewer, obj_id: str, last: int | None = None) -> dict[str, Any]:
    """Return what the comments of an object that the viewer is known to see show.

    Parameters
    ----------
    last : only so many, the newest; None for all.
    """
    found = marshal().discussion.comments.visible(viewer, Subject("sources", obj_id, obj_id))
    shown = found if last is None else found[-last:]
    rows = comment_rows(shown)
    return {
        "obj_id": obj_id,
        "comments": [
            {"row": row, "pieces": _pieces(row.text), "mine": edits_own(viewer, row.author_id)}
            for row in rows
        ],
        "earlier": len(found) - len(shown),
        "own_groups": _own_groups(viewer),
        "may_comment": viewer.may(COMMENT),
    }


def classifications_context(viewer: Viewer, obj_id: str) -> dict[str, Any]:
    """Return what the classifications of an object that the viewer is known to see show."""
    found = marshal().classifications.of_objects(viewer, [obj_id]).get(obj_id, [])
    return {
        "obj_id": obj_id,
        "classes": [
            {
                "row": row,
                "for": sum(1 for each in row.votes if each.vote > 0),
                "against": sum(1 for each in row.votes if each.vote < 0),
                "my_vote": next((v.vote for v in row.votes if v.voter_id == viewer.user.id), 0),
                "mine": edits_classification(viewer, one),
            }
            for row, one in zip(classification_rows(found), found, strict=True)
        ],
        "taxonomies": [
            (each, list(_indented(each)))
            for each in marshal().taxonomies.visible(viewer)
            if each.is_latest
        ],
        "own_groups": _own_groups(viewer),
        "may_classify": viewer.may(CLASSIFY),
    }


def publishing_context(viewer: Viewer, obj_id: str) -> dict[str, Any]:
    """Return what sharing and publishing show; `NotFound` for who sees no such source."""
    return {
        "obj_id": obj_id,
        "pages": marshal().published.pages.of_source(viewer, obj_id),
        "releases": marshal().published.releases.all(),
        "own_groups": _own_groups(viewer),
        "all_groups": [each for each in marshal().groups.all() if not each.single_user_group],
        "streams": viewer.streams,
        "may_publish": viewer.may(MANAGE_SOURCES),
        "may_share": viewer.may(UPLOAD_DATA),
    }


def _words(kind: str) -> str:
    """Return an event's kind as people read it: ``source saved``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).lower()


def _own_groups(viewer: Viewer) -> list[Group]:
    found = marshal().groups.get_many(viewer.default_group_ids)
    return sorted(found, key=lambda group: (group.id != 1, group.name))


def _pieces(text: str) -> Sequence[Piece]:
    kinds = {"h": "link", "@": "mention"}
    return [
        Piece(kinds[part[0]] if number % 2 else "text", part)
        for number, part in enumerate(_PIECES.split(text))
        if part
    ]


def _indented(taxonomy: Taxonomy) -> Sequence[tuple[int, str]]:
    """Return the classes of a tree with their depth, parents first."""

    def below(node: Any, depth: int) -> list[tuple[int, str]]:
        children = [row for each in node.get("subclasses") or () for row in below(each, depth + 1)]
        return [(depth, node["class"]), *children]

    return below(taxonomy.hierarchy, 0)
