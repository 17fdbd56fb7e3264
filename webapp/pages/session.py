"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for
from flask import session as remembered
from flask.typing import ResponseReturnValue

from fritz.errors import Invalid, NotFound, Unauthorized
from webapp import sessions
from webapp.platform import marshal

__all__ = ["blueprint"]

blueprint = Blueprint("session", __name__)

BEGUN = "sign_in"
INVITATION = "invitation"
"""What the signed cookie remembers while the browser is at the provider."""


@blueprint.get("/signin")
def sign_in() -> ResponseReturnValue:
    """Start a session for the credential of a sign-in link; without one, offer ways to sign in."""
    if invitation := request.args.get("invitation"):
        try:
            marshal().people.invitations.find(invitation)
        except Invalid as fault:
            return _page(str(fault), 400)
        remembered[INVITATION] = invitation
    credential = request.args.get("credential")
    return _started(credential) if credential else _page(None, 200)


@blueprint.get("/signin/with/<provider>")
def begin(provider: str) -> ResponseReturnValue:
    """Send the browser to a provider."""
    way = marshal().sign_in
    if way is None:
        raise NotFound("nobody signs in with a provider here")
    there = way.begin(provider, _return_url())
    remembered[BEGUN] = there.state
    return redirect(there.url, 303)


@blueprint.get("/signin/finish")
def finish() -> ResponseReturnValue:
    """Start a session for whom the provider vouches for; only the browser that began may end."""
    way, state = marshal().sign_in, remembered.pop(BEGUN, None)
    if way is None or state is None:
        return _page("the sign-in was not begun in this browser", 401)
    query = request.query_string.decode()
    try:
        credential = way.finish(state, f"{_return_url()}?{query}")
    except Unauthorized as fault:
        return _page(str(fault), 401)
    return _started(credential)


@blueprint.post("/signout")
def sign_out() -> ResponseReturnValue:
    """End every session of whoever asks."""
    response = make_response(redirect(url_for("session.sign_in"), 303))
    sessions.end(response)
    return response


def _started(credential: str) -> ResponseReturnValue:
    response = make_response(redirect(url_for("home.index"), 303))
    try:
        account = sessions.start(response, credential)
        if invitation := remembered.pop(INVITATION, None):
            marshal().people.invitations.accept(invitation, account)
        elif marshal().access.user_of(account) is None:
            who = account.email or account.name or account.uid
            return _page(f"{who} is not a user here yet: ask a colleague to invite you", 401)
    except (Unauthorized, Invalid) as fault:
        return _page(str(fault), 401)
    return response


def _return_url() -> str:
    """Return the page that providers send browsers back to, as it was registered with them."""
    public_url: str = current_app.config["PUBLIC_URL"]
    return public_url + url_for("session.finish")


def _page(fault: str | None, status: int) -> ResponseReturnValue:
    way = marshal().sign_in
    providers = {} if way is None else dict(way.providers())
    page = render_template(
        "signin.html", fault=fault, providers=providers, invited=INVITATION in remembered
    )
    return page, status
