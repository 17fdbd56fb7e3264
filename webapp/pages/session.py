"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fritz.errors import Unauthorized
from webapp import sessions

__all__ = ["blueprint"]

blueprint = Blueprint("session", __name__)


@blueprint.get("/signin")
def sign_in() -> ResponseReturnValue:
    """Start a session for the credential of a sign-in link; without one, ask for it."""
    credential = request.args.get("credential")
    if not credential:
        return render_template("signin.html", fault=None)
    response = make_response(redirect(url_for("candidates.index"), 303))
    try:
        sessions.start(response, credential)
    except Unauthorized as fault:
        return render_template("signin.html", fault=str(fault)), 401
    return response


@blueprint.post("/signout")
def sign_out() -> ResponseReturnValue:
    """End every session of whoever asks."""
    response = make_response(redirect(url_for("session.sign_in"), 303))
    sessions.end(response)
    return response
