"""What people do on the pages of groups: each form calls what the API's route calls."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from fritz.marshal.admission import checked_decision
from fritz.marshal.user import Membership
from fritz.services.grouping import GroupText
from fritz.services.invitations import NewInvitation
from fritz.services.memberships import MembershipChange
from webapp.api.invitations import invitation_link
from webapp.pages.forms import chosen, done, form_blueprint, given, moved, person, ticked
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("group_forms", __name__)


@blueprint.post("/groups")
def create() -> ResponseReturnValue:
    """Make a group that the viewer administers."""
    made = marshal().people.grouping.create(page_viewer(), _text(), ())
    return moved(f"{given('name')} is made; add its members.", _group(made))


@blueprint.post("/groups/<int:group_id>/settings")
def change(group_id: int) -> ResponseReturnValue:
    """Change what is said of a group."""
    marshal().people.grouping.change(page_viewer(), group_id, _text())
    return done("The group is changed.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/dissolve")
def dissolve(group_id: int) -> ResponseReturnValue:
    """Remove a group with its filters."""
    viewer, name = page_viewer(), marshal().groups.get(group_id).name
    marshal().people.grouping.dissolve(viewer, group_id)
    return moved(f"{name} is dissolved.", url_for("groups.index"))


@blueprint.post("/groups/<int:group_id>/members")
def add_member(group_id: int) -> ResponseReturnValue:
    """Make somebody a member."""
    viewer, new = page_viewer(), person()
    standing = Membership(ticked("admin"), ticked("can_save"), ticked("can_share_photometry"))
    marshal().people.memberships.add(viewer, group_id, new.id, standing)
    return done(f"{new.username} is a member.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/members/<int:user_id>")
def change_member(group_id: int, user_id: int) -> ResponseReturnValue:
    """Change what a member may do."""
    wanted = MembershipChange(ticked("admin"), ticked("can_save"), ticked("can_share_photometry"))
    marshal().people.memberships.change(page_viewer(), group_id, user_id, wanted)
    return done(f"What {_called(user_id)} may do is changed.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/members/<int:user_id>/remove")
def remove_member(group_id: int, user_id: int) -> ResponseReturnValue:
    """Take a member out of a group, or leave it."""
    viewer = page_viewer()
    marshal().people.memberships.remove(viewer, group_id, user_id)
    if user_id == viewer.user.id:
        return done("You left the group.", _group(group_id))
    return done(f"{_called(user_id)} is no member any more.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/copy")
def copy_members(group_id: int) -> ResponseReturnValue:
    """Make the members of another group members of this one."""
    source = chosen("from_group_id", "group")
    marshal().people.memberships.add_from(page_viewer(), group_id, [source])
    return done("Its members are members here.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/streams")
def add_stream(group_id: int) -> ResponseReturnValue:
    """Give a group a stream."""
    stream_id = chosen("stream_id", "stream")
    marshal().people.memberships.add_stream(page_viewer(), group_id, stream_id)
    return done("The group has the stream.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/streams/<int:stream_id>/remove")
def remove_stream(group_id: int, stream_id: int) -> ResponseReturnValue:
    """Take a stream from a group."""
    marshal().people.memberships.remove_stream(page_viewer(), group_id, stream_id)
    return done("The group does not have the stream any more.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/ask")
def ask(group_id: int) -> ResponseReturnValue:
    """Ask to be let into a group."""
    viewer = page_viewer()
    asked = marshal().people.admissions.ask(viewer, group_id)
    if marshal().people.admissions.get(viewer, asked).status == "accepted":
        return moved("You are a member.", _group(group_id))
    return done("You have asked; an administrator of the group decides.", _came_from(group_id))


@blueprint.post("/groups/<int:group_id>/requests/<int:request_id>/withdraw")
def withdraw(group_id: int, request_id: int) -> ResponseReturnValue:
    """Take a request of one's own back."""
    marshal().people.admissions.withdraw(page_viewer(), request_id)
    return done("You do not ask any more.", _came_from(group_id))


@blueprint.post("/groups/<int:group_id>/requests/<int:request_id>")
def decide(group_id: int, request_id: int) -> ResponseReturnValue:
    """Accept or decline a request."""
    viewer, admissions = page_viewer(), marshal().people.admissions
    asked = admissions.get(viewer, request_id)
    status = checked_decision(given("status"))
    admissions.decide(viewer, request_id, status)
    what = "is a member" if status == "accepted" else "is not let in"
    return done(f"{_called(asked.user_id)} {what}.", _group(group_id))


@blueprint.post("/groups/<int:group_id>/invite")
def invite(group_id: int) -> ResponseReturnValue:
    """Invite somebody; the link is in this answer alone."""
    viewer, standing = page_viewer(), Membership(ticked("admin"), ticked("can_save"))
    new = NewInvitation(given("email"), {group_id: standing})
    sent = marshal().people.invitations.invite(viewer, new, invitation_link())
    return render_template("people/invited.html", viewer=viewer, sent=sent, back=_group(group_id))


def _text() -> GroupText:
    return GroupText(
        given("name"), given("nickname"), given("description"), ticked("auto_accept_requests")
    )


def _group(group_id: int) -> str:
    return url_for("groups.one", group_id=group_id)


def _came_from(group_id: int) -> str:
    """Return the page on which it was asked: the list, or the group's."""
    return url_for("groups.index") if ticked("in_list") else _group(group_id)


def _called(user_id: int) -> str:
    return marshal().users.get(user_id).username
