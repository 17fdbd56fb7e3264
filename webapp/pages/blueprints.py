"""What every page has in common: whoever is not signed in is sent to do so."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Unauthorized
from webapp.sessions import COOKIE

__all__ = ["fault", "page_blueprint"]


def page_blueprint(name: str, module: str) -> Blueprint:
    """Return a blueprint of pages for people who are signed in."""
    blueprint = Blueprint(name, module)
    blueprint.register_error_handler(Unauthorized, _ask_to_sign_in)
    return blueprint


def _ask_to_sign_in(error: Unauthorized) -> ResponseReturnValue:
    """Send whoever is not signed in to do so; tell others which right they lack."""
    if "viewer" in g:
        return fault(str(error), 403)
    is_part = "HX-Request" in request.headers
    there = url_for("session.sign_in")
    response = Response("", headers={"HX-Redirect": there}) if is_part else redirect(there, 303)
    response.delete_cookie(COOKIE)
    return response


def fault(message: str, status: int) -> ResponseReturnValue:
    """Say what went wrong: beside the form that was sent, or without JavaScript on a page."""
    template = "source/_fault.html" if "HX-Request" in request.headers else "error.html"
    return render_template(template, message=message, status=status), status
