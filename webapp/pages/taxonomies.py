"""Taxonomies: those of the viewer's groups, as trees, with their versions."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from fritz.marshal.group import Group
from fritz.marshal.taxonomy import DELETE_TAXONOMY, POST_TAXONOMY, Taxonomy
from fritz.marshal.visibility import Viewer, edits_taxonomy
from fritz.services.taxonomies import NewTaxonomy
from webapp.api.taxonomies import read_tree
from webapp.pages.forms import done, form_blueprint, given, moved, numbers, ticked
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("taxonomies", __name__)


@blueprint.get("/taxonomies")
def index() -> ResponseReturnValue:
    """Show the taxonomies that the viewer sees, the latest of each name first."""
    viewer = page_viewer()
    found = marshal().taxonomies.visible(viewer)
    return render_template(
        "people/taxonomies.html",
        viewer=viewer,
        taxonomies=sorted(
            found, key=lambda each: (each.name.lower(), not each.is_latest, -each.id)
        ),
        groups=_groups(found),
        own=_own(viewer),
        may_post=viewer.may(POST_TAXONOMY),
    )


@blueprint.get("/taxonomies/<int:taxonomy_id>")
def one(taxonomy_id: int) -> ResponseReturnValue:
    """Show a taxonomy as a tree, and its other versions."""
    viewer = page_viewer()
    found = marshal().taxonomies.get(viewer, taxonomy_id)
    versions = [e for e in marshal().taxonomies.visible(viewer) if e.name == found.name]
    edits = edits_taxonomy(viewer, found)
    return render_template(
        "people/taxonomy.html",
        viewer=viewer,
        taxonomy=found,
        versions=versions[::-1],
        groups=_groups([found]),
        own=_own(viewer),
        author=next(iter(marshal().users.get_many([found.author_id])), None),
        may_change=edits and viewer.may(POST_TAXONOMY),
        may_delete=edits and viewer.may(DELETE_TAXONOMY),
    )


@blueprint.post("/taxonomies")
def create() -> ResponseReturnValue:
    """Post a taxonomy, from a text or a file in JSON or YAML."""
    viewer, file = page_viewer(), request.files.get("file")
    text = given("hierarchy")
    if file and file.filename:
        try:
            text = file.read().decode()
        except UnicodeDecodeError as e:
            raise Invalid(f"{file.filename[:100]} is no text") from e
    new = NewTaxonomy(
        given("name"),
        given("version"),
        read_tree(text),
        numbers("group_ids") or None,
        given("provenance") or None,
        ticked("is_latest"),
    )
    made = marshal().taxonomies.create(viewer, new, marshal().now())
    there = url_for("taxonomies.one", taxonomy_id=made.id)
    return moved(f"{made.name} {made.version} is posted.", there)


@blueprint.post("/taxonomies/<int:taxonomy_id>/settings")
def change(taxonomy_id: int) -> ResponseReturnValue:
    """Change what a taxonomy is called and who sees it; its tree stays."""
    marshal().taxonomies.change(
        page_viewer(),
        taxonomy_id,
        marshal().now(),
        name=given("name"),
        version=given("version"),
        provenance=given("provenance") or None,
        is_latest=ticked("is_latest"),
        group_ids=numbers("group_ids"),
    )
    return done("The taxonomy is changed.", url_for("taxonomies.one", taxonomy_id=taxonomy_id))


@blueprint.post("/taxonomies/<int:taxonomy_id>/delete")
def delete(taxonomy_id: int) -> ResponseReturnValue:
    """Remove a taxonomy that nothing uses."""
    marshal().taxonomies.delete(page_viewer(), taxonomy_id)
    return moved("The taxonomy is removed.", url_for("taxonomies.index"))


def _groups(taxonomies: Sequence[Taxonomy]) -> dict[int, Group]:
    named = {group_id for each in taxonomies for group_id in each.group_ids}
    return {each.id: each for each in marshal().groups.get_many(named)}


def _own(viewer: Viewer) -> list[Group]:
    """Return the groups that the viewer may open a taxonomy to."""
    if viewer.is_admin:
        found = [each for each in marshal().groups.all() if not each.single_user_group]
    else:
        found = marshal().groups.get_many(viewer.default_group_ids)
    return sorted(found, key=lambda each: (each.id != 1, each.name.lower()))
