"""What those who manage users do on their pages: each form calls what the API's route calls."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from fritz.marshal.user import Membership
from fritz.services.invitations import NewInvitation
from fritz.services.people import NewUser
from webapp.api.invitations import invitation_link
from webapp.pages.forms import chosen, day, done, form_blueprint, given, moved, numbers
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("user_forms", __name__)


@blueprint.post("/users")
def create() -> ResponseReturnValue:
    """Make a user, whom a sign-in with the address will know."""
    new = NewUser(
        username=given("username"),
        first_name=given("first_name") or None,
        last_name=given("last_name") or None,
        contact_email=given("email") or None,
        email=given("email") or None,
        roles=(given("role"),),
    )
    made = marshal().people.people.create(page_viewer(), new)
    return moved(f"{new.username} has an account.", url_for("users.one", user_id=made))


@blueprint.post("/users/invitations")
def invite() -> ResponseReturnValue:
    """Invite somebody to groups; the link is in this answer alone."""
    viewer = page_viewer()
    new = NewInvitation(
        given("email"),
        {each: Membership() for each in numbers("group_ids")},
        role=given("role"),
        user_expiration_date=day("expires"),
    )
    sent = marshal().people.invitations.invite(viewer, new, invitation_link())
    return render_template(
        "people/invited.html", viewer=viewer, sent=sent, back=url_for("users.index")
    )


@blueprint.post("/users/invitations/<int:invitation_id>/withdraw")
def withdraw(invitation_id: int) -> ResponseReturnValue:
    """Withdraw an invitation."""
    marshal().people.invitations.withdraw(page_viewer(), invitation_id)
    return done("The invitation is withdrawn; its link does nothing.", url_for("users.index"))


@blueprint.post("/users/<int:user_id>/roles")
def give_role(user_id: int) -> ResponseReturnValue:
    """Give a user a role."""
    marshal().people.people.add_roles(page_viewer(), user_id, [given("role")])
    return _done(user_id, f"The role {given('role')} is given.")


@blueprint.post("/users/<int:user_id>/roles/remove")
def take_role(user_id: int) -> ResponseReturnValue:
    """Take a role from a user."""
    marshal().people.people.remove_role(page_viewer(), user_id, given("role"))
    return _done(user_id, f"The role {given('role')} is taken away.")


@blueprint.post("/users/<int:user_id>/acls")
def give_acl(user_id: int) -> ResponseReturnValue:
    """Give a user a right of their own."""
    marshal().people.people.add_acls(page_viewer(), user_id, [given("acl")])
    return _done(user_id, f"The right {given('acl')} is given.")


@blueprint.post("/users/<int:user_id>/acls/remove")
def take_acl(user_id: int) -> ResponseReturnValue:
    """Take a right of their own from a user."""
    marshal().people.people.remove_acl(page_viewer(), user_id, given("acl"))
    return _done(user_id, f"The right {given('acl')} is taken away.")


@blueprint.post("/users/<int:user_id>/streams")
def grant(user_id: int) -> ResponseReturnValue:
    """Let a user hold a stream."""
    stream_id = chosen("stream_id", "stream")
    marshal().people.memberships.grant(page_viewer(), stream_id, user_id)
    return _done(user_id, "The stream is granted.")


@blueprint.post("/users/<int:user_id>/streams/<int:stream_id>/remove")
def revoke(user_id: int, stream_id: int) -> ResponseReturnValue:
    """Take a stream from a user."""
    marshal().people.memberships.revoke(page_viewer(), stream_id, user_id)
    return _done(user_id, "The stream is taken away.")


@blueprint.post("/users/<int:user_id>/expiry")
def expire(user_id: int) -> ResponseReturnValue:
    """Let an account end after a day, or never."""
    at = day("expires")
    marshal().people.people.expire(page_viewer(), user_id, at)
    when = f"ends on {at:%Y-%m-%d} at 0:00 UTC" if at else "does not end"
    return _done(user_id, f"The account {when}.")


@blueprint.post("/users/<int:user_id>/tokens/<token_id>/end")
def end_token(user_id: int, token_id: str) -> ResponseReturnValue:
    """End a token of a user."""
    marshal().people.tokens.end(page_viewer(), token_id)
    return _done(user_id, "The token is ended.")


@blueprint.post("/users/<int:user_id>/delete")
def delete(user_id: int) -> ResponseReturnValue:
    """Remove a user with their tokens."""
    marshal().people.people.delete(page_viewer(), user_id)
    return moved("The user is removed; what they wrote stays.", url_for("users.index"))


def _done(user_id: int, said: str) -> ResponseReturnValue:
    return done(said, url_for("users.one", user_id=user_id))
