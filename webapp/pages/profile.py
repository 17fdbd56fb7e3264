"""The viewer's own page: what they say of themselves and prefer, where they are signed in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from fritz.marshal.visibility import Viewer, may_save
from fritz.services.people import ProfileText
from webapp import sessions
from webapp.pages.forms import done, form_blueprint, given
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("profile", __name__)

THEMES: Final = {"": "as the system says", "dark": "dark", "light": "light", "dome": "dome, red"}
KEPT: Final = {"scan_profiles": "scan.index", "source_views": "sources.index"}
"""Preferences that are queries kept under names, and the pages that they are of."""


@blueprint.get("/profile")
def index() -> ResponseReturnValue:
    """Show what there is to know and to choose of the viewer."""
    viewer = page_viewer()
    asked = marshal().people.admissions.of_user(viewer.user.id)
    waiting = [each for each in asked if each.status == "pending"]
    member_of = marshal().groups.get_many(viewer.default_group_ids)
    return render_template(
        "people/profile.html",
        viewer=viewer,
        groups=sorted(member_of, key=lambda each: each.name.lower()),
        savable=[each for each in member_of if may_save(viewer, each.id)],
        waiting=waiting,
        asked_groups=marshal().people.admissions.groups_of(waiting),
        themes=THEMES,
        keys=_kept(viewer, "scan_keys"),
        kept={name: _kept(viewer, name) for name in KEPT},
        pages=KEPT,
        sign_ins=[each for each in (viewer.user.uid, *viewer.user.linked_uids) if each],
    )


@blueprint.post("/profile")
def describe() -> ResponseReturnValue:
    """Change what the viewer says of themselves."""
    viewer = page_viewer()
    name, bio = given("username"), given("bio")
    text = ProfileText(
        username=name if name != viewer.user.username else None,
        first_name=given("first_name"),
        last_name=given("last_name"),
        affiliations=tuple(e.strip() for e in given("affiliations").split(";") if e.strip()),
        contact_email=given("contact_email"),
        contact_phone=given("contact_phone"),
        bio=bio if bio != (viewer.user.bio or "") else None,
    )
    marshal().people.people.describe(viewer, viewer.user.id, text)
    return done("Your profile is changed.", url_for("profile.index"))


@blueprint.post("/profile/preferences")
def prefer() -> ResponseReturnValue:
    """Keep the viewer's choices."""
    viewer, theme = page_viewer(), given("theme")
    if theme not in THEMES:
        raise Invalid(f"no theme {theme[:50]!r}")
    group_id = request.form.get("scan_default_group", type=int)
    if group_id is not None and not may_save(viewer, group_id):
        raise Invalid(f"group {group_id}: you may not save to it")
    chosen = ProfileText(preferences={"theme": theme or None, "scan_default_group": group_id})
    marshal().people.people.describe(viewer, viewer.user.id, chosen)
    return done("Your choices are kept.", url_for("profile.index"))


@blueprint.post("/profile/forget")
def forget() -> ResponseReturnValue:
    """Forget a query that was kept under a name."""
    viewer, kind, name = page_viewer(), given("kind"), request.form.get("name", "")
    if kind not in KEPT or name not in _kept(viewer, kind):
        raise Invalid("nothing is kept under that name")
    text = ProfileText(preferences={kind: {name: None}})
    marshal().people.people.describe(viewer, viewer.user.id, text)
    return done(f"{name} is forgotten.", url_for("profile.index"))


@blueprint.post("/profile/signout")
def sign_out() -> ResponseReturnValue:
    """End every session of every account that is linked to the viewer."""
    viewer = page_viewer()
    response = make_response(redirect(url_for("session.sign_in"), 303))
    sessions.end_everywhere(response, viewer.user)
    return response


def _kept(viewer: Viewer, name: str) -> dict[str, str]:
    """Return the queries that the viewer keeps under names."""
    found = viewer.user.preferences.get(name)
    if not isinstance(found, Mapping):
        return {}
    return {str(key): str(text) for key, text in sorted(found.items()) if text}
