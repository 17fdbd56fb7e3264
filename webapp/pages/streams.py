"""Streams: which the viewer holds or may take, and for administrators who holds which."""

from __future__ import annotations

import re

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid
from webapp.pages.forms import chosen, done, form_blueprint, given, person, ticked
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("streams", __name__)


@blueprint.get("/streams")
def index() -> ResponseReturnValue:
    """Show the streams that the viewer knows of, with what each grants."""
    viewer = page_viewer()
    groups = [each for each in marshal().groups.all() if not each.single_user_group]
    streams = marshal().people.streams.visible(viewer)
    return render_template(
        "people/streams.html",
        viewer=viewer,
        streams=streams,
        groups={e.id: [group for group in groups if e.id in group.stream_ids] for e in streams},
    )


@blueprint.post("/streams")
def create() -> ResponseReturnValue:
    """Make a stream of some programs of a survey."""
    programs = [each for each in re.split(r"[,\s]+", given("programids")) if each]
    if not all(each.isdecimal() for each in programs):
        raise Invalid("programs: numbers, with commas between them")
    altdata = {
        "collection": f"{given('survey') or 'ZTF'}_alerts",
        "selector": [int(each) for each in programs],
    }
    marshal().people.streams.create(
        page_viewer(), given("name"), altdata, auto_join=ticked("auto_join")
    )
    return _done(f"The stream {given('name')} is made.")


@blueprint.post("/streams/<int:stream_id>/settings")
def change(stream_id: int) -> ResponseReturnValue:
    """Rename a stream, open or close it to whoever wants it."""
    marshal().people.streams.change(
        page_viewer(), stream_id, name=given("name"), altdata=None, auto_join=ticked("auto_join")
    )
    return _done(f"The stream {given('name')} is changed.")


@blueprint.post("/streams/<int:stream_id>/delete")
def delete(stream_id: int) -> ResponseReturnValue:
    """Remove a stream that no group has."""
    marshal().people.streams.delete(page_viewer(), stream_id)
    return _done("The stream is removed.")


@blueprint.post("/streams/<int:stream_id>/take")
def take(stream_id: int) -> ResponseReturnValue:
    """Take a stream that is open to everybody."""
    viewer = page_viewer()
    marshal().people.memberships.grant(viewer, stream_id, viewer.user.id)
    return _done("You hold the stream.")


@blueprint.post("/streams/grants")
def grant() -> ResponseReturnValue:
    """Let somebody hold a stream."""
    viewer, whom = page_viewer(), person()
    stream_id = chosen("stream_id", "stream")
    marshal().people.memberships.grant(viewer, stream_id, whom.id)
    return _done(f"{whom.username} holds the stream.")


def _done(said: str) -> ResponseReturnValue:
    return done(said, url_for("streams.index"))
