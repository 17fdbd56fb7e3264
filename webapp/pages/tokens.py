"""Tokens of the viewer: made with some of their rights, shown once, ended."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.marshal.acls import ALL_ACLS
from fritz.marshal.visibility import Viewer
from webapp.pages.forms import day, done, form_blueprint, given
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("tokens", __name__)


@blueprint.get("/tokens")
def index() -> ResponseReturnValue:
    """Show the viewer's tokens, without their secrets, which are kept nowhere."""
    return _page(page_viewer())


@blueprint.post("/tokens")
def create() -> ResponseReturnValue:
    """Make a token; its secret is in this answer alone, which is why it is no redirect."""
    viewer, name = page_viewer(), given("name")
    secret = marshal().people.tokens.create(
        viewer, name, request.form.getlist("acls"), expires_at=day("expires")
    )
    return _page(viewer, secret=secret, made=name)


@blueprint.post("/tokens/<token_id>")
def change(token_id: str) -> ResponseReturnValue:
    """Give a token other rights of its owner's, or another name."""
    acls = request.form.getlist("acls")
    marshal().people.tokens.change(page_viewer(), token_id, given("name"), acls)
    return done(f"The token {given('name')} is changed.", url_for("tokens.index"))


@blueprint.post("/tokens/<token_id>/end")
def end(token_id: str) -> ResponseReturnValue:
    """End a token."""
    marshal().people.tokens.end(page_viewer(), token_id)
    return done("The token is ended: nothing accepts it any more.", url_for("tokens.index"))


def _page(viewer: Viewer, **made: Any) -> str:
    tokens = marshal().people.tokens.of(viewer)
    return render_template(
        "people/tokens.html",
        viewer=viewer,
        tokens=tokens,
        rights=[each for each in ALL_ACLS if viewer.may(each)],
        may_create=viewer.is_admin or not tokens,
        now=marshal().now(),
        public_url=current_app.config["PUBLIC_URL"],
        **made,
    )
