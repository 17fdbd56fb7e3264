"""What people do on a source's page: each form calls the use case that the API's route calls."""

from __future__ import annotations

from contextlib import suppress

from flask import Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid, Unauthorized
from fritz.marshal.listing import FAVORITES
from fritz.marshal.public_page import PARTS, Choice
from fritz.marshal.visibility import Viewer
from fritz.services.classifications import NewClassification
from fritz.services.comments import NewComment, NewFile
from fritz.services.sources import NewSource
from webapp.pages.blueprints import fault
from webapp.pages.forms import chosen, form_blueprint
from webapp.pages.source_parts import (
    classifications_context,
    comments_context,
    publishing_context,
)
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("source_forms", __name__)


@blueprint.errorhandler(Unauthorized)
def not_allowed(error: Unauthorized) -> ResponseReturnValue:
    """Say which right is lacking; whoever is not signed in any more is told so."""
    return fault(str(error) if "viewer" in g else "Sign in again: the session is over.", 403)


@blueprint.post("/source/<obj_id>/comments")
def comment(obj_id: str) -> ResponseReturnValue:
    """Say something of a source, with a file or without."""
    viewer, file = page_viewer(), request.files.get("file")
    attached = (
        NewFile(file.filename or "attachment", file.read()) if file and file.filename else None
    )
    new = NewComment(request.form.get("text", ""), _groups(), None, attached)
    marshal().discussion.comments.create(viewer, "sources", obj_id, new, marshal().now())
    return _comments(viewer, obj_id)


@blueprint.post("/source/<obj_id>/comments/<int:comment_id>/delete")
def delete_comment(obj_id: str, comment_id: int) -> ResponseReturnValue:
    """Take a comment of one's own back."""
    viewer = page_viewer()
    said = marshal().discussion.comments
    said.delete(viewer, said.get(viewer, "sources", obj_id, comment_id), marshal().now())
    return _comments(viewer, obj_id)


@blueprint.post("/source/<obj_id>/classifications")
def classify(obj_id: str) -> ResponseReturnValue:
    """Say what a source is."""
    viewer = page_viewer()
    taxonomy, _, name = request.form.get("class", "").partition(":")
    if not taxonomy.isdecimal() or not name:
        raise Invalid("choose a class")
    new = NewClassification(
        obj_id, int(taxonomy), name, _number("probability"), group_ids=_groups()
    )
    marshal().classifications.create(viewer, [new], marshal().now())
    return _classes(viewer, obj_id)


@blueprint.post("/source/<obj_id>/classifications/<int:classification_id>/vote")
def vote(obj_id: str, classification_id: int) -> ResponseReturnValue:
    """Vote for or against a classification; the same vote again takes it back."""
    viewer = page_viewer()
    wanted = request.form.get("vote", type=int) or None
    marshal().classifications.vote(viewer, classification_id, wanted, marshal().now())
    return _classes(viewer, obj_id)


@blueprint.post("/source/<obj_id>/classifications/<int:classification_id>/delete")
def delete_classification(obj_id: str, classification_id: int) -> ResponseReturnValue:
    """Remove a classification."""
    viewer = page_viewer()
    marshal().classifications.delete(viewer, classification_id)
    return _classes(viewer, obj_id)


@blueprint.post("/source/<obj_id>/redshift")
def redshift(obj_id: str) -> ResponseReturnValue:
    """Set the redshift of a source; empty, it has none."""
    facts = {
        "redshift": _number("redshift"),
        "redshift_error": _number("redshift_error"),
        "redshift_origin": request.form.get("redshift_origin", "").strip() or None,
    }
    marshal().sources.tell(page_viewer(), obj_id, facts, marshal().now())
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/tags")
def tag(obj_id: str) -> ResponseReturnValue:
    """Put a tag on a source, for groups or for everybody who sees it."""
    option_id = chosen("objtagoption_id", "tag")
    marshal().tags.put(page_viewer(), obj_id, option_id, _groups())
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/tags/new")
def new_tag(obj_id: str) -> ResponseReturnValue:
    """Make a tag that nobody had, and put it on a source for everybody who sees that."""
    viewer, name = page_viewer(), request.form.get("name", "").strip()
    marshal().objects.get(viewer, obj_id)
    option = marshal().tags.add_option(viewer, name, None)
    marshal().tags.put(viewer, obj_id, option.id, None)
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/tags/<int:tag_id>/take")
def untag(obj_id: str, tag_id: int) -> ResponseReturnValue:
    """Take a tag off a source, for all groups of the viewer."""
    marshal().tags.take(page_viewer(), tag_id, None)
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/save")
def save(obj_id: str) -> ResponseReturnValue:
    """Save a source to groups of the viewer."""
    if not (groups := _groups()):
        raise Invalid("choose a group")
    marshal().sources.save(page_viewer(), NewSource(obj_id, group_ids=groups), marshal().now())
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/unsave")
def unsave(obj_id: str) -> ResponseReturnValue:
    """Take a source off a group's list."""
    group_id = request.form.get("group_id", type=int)
    if group_id is None:
        raise Invalid("choose a group")
    marshal().sources.unsave(page_viewer(), obj_id, group_id, marshal().now())
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/favourite")
def favourite(obj_id: str) -> ResponseReturnValue:
    """Put a source on the viewer's favourites, or take it off."""
    viewer = page_viewer()
    if request.form.get("on"):
        with suppress(Invalid):  # it is there already, which is what was asked for
            marshal().listings.add(viewer, obj_id, FAVORITES, None, None)
    else:
        with suppress(Invalid):
            marshal().listings.remove_named(viewer, obj_id, FAVORITES, None)
    return _whole(obj_id)


@blueprint.post("/source/<obj_id>/share")
def share(obj_id: str) -> ResponseReturnValue:
    """Open the points and spectra that the viewer sees of a source to more groups."""
    viewer = page_viewer()
    held = marshal().observing.photometry.of_object(viewer, obj_id)
    spectra = marshal().observing.spectra.visible(viewer, obj_id, lambda _: True)
    what = request.form.getlist("what")
    marshal().observing.sharing.share(
        viewer,
        _groups() or [],
        [each.point.id for each in held] if "photometry" in what else [],
        [each.id for each in spectra] if "spectra" in what else [],
        marshal().now(),
    )
    return _published(viewer, obj_id)


@blueprint.post("/source/<obj_id>/publish")
def publish(obj_id: str) -> ResponseReturnValue:
    """Show a source to the world as it is now."""
    viewer = page_viewer()
    parts = frozenset(each for each in PARTS if each in request.form.getlist("parts"))
    choice = Choice(
        parts, tuple(_groups() or ()), tuple(request.form.getlist("stream_ids", type=int))
    )
    release_id = request.form.get("release_id", type=int)
    marshal().published.pages.publish(viewer, obj_id, choice, release_id, marshal().now())
    return _published(viewer, obj_id)


@blueprint.post("/source/<obj_id>/unpublish/<int:page_id>")
def unpublish(obj_id: str, page_id: int) -> ResponseReturnValue:
    """Take a public page back."""
    viewer = page_viewer()
    marshal().published.pages.unpublish(viewer, page_id, marshal().now())
    return _published(viewer, obj_id)


def _groups() -> list[int] | None:
    """Return the groups that a form names; None where it names none."""
    return request.form.getlist("group_ids", type=int) or None


def _number(name: str) -> float | None:
    text = request.form.get(name, "").strip()
    try:
        return float(text) if text else None
    except ValueError as e:
        raise Invalid(f"{name}: {text[:50]!r} is no number") from e


def _comments(viewer: Viewer, obj_id: str) -> ResponseReturnValue:
    if "HX-Request" not in request.headers:
        return _whole(obj_id)
    return render_template("source/_comments.html", **comments_context(viewer, obj_id))


def _classes(viewer: Viewer, obj_id: str) -> ResponseReturnValue:
    if "HX-Request" not in request.headers:
        return _whole(obj_id)
    context = classifications_context(viewer, obj_id)
    return render_template("source/_classifications.html", **context)


def _published(viewer: Viewer, obj_id: str) -> ResponseReturnValue:
    if "HX-Request" not in request.headers:
        return _whole(obj_id)
    return render_template("source/_publishing.html", **publishing_context(viewer, obj_id))


def _whole(obj_id: str) -> ResponseReturnValue:
    """Show the page anew: what changed stands in its head."""
    if "HX-Request" in request.headers:
        return Response("", headers={"HX-Refresh": "true"})
    return redirect(url_for("source.index", obj_id=obj_id), 303)
