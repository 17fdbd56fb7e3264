"""What every page has in common: whoever is not signed in is sent to do so."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Unauthorized
from webapp.sessions import COOKIE

__all__ = ["page_blueprint"]


def page_blueprint(name: str, module: str) -> Blueprint:
    """Return a blueprint of pages for people who are signed in."""
    blueprint = Blueprint(name, module)
    blueprint.register_error_handler(Unauthorized, _ask_to_sign_in)
    return blueprint


def _ask_to_sign_in(error: Unauthorized) -> ResponseReturnValue:
    """Send whoever is not signed in to do so; tell others which right they lack."""
    if "viewer" in g:
        return render_template("error.html", message=str(error), status=403), 403
    response = redirect(url_for("session.sign_in"), 303)
    response.delete_cookie(COOKIE)
    return response
