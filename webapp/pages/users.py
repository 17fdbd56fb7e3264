"""Users: who there is, as far as the viewer may know, and what somebody is and may do."""

from __future__ import annotations

from typing import Annotated

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from fritz.marshal.acls import ALL_ACLS, MANAGE_USERS
from fritz.marshal.group import SITEWIDE, Group
from fritz.marshal.roles import FULL_USER, ROLES
from fritz.marshal.user import User
from fritz.marshal.visibility import Viewer, administers_group
from webapp.api.arguments import Query, query
from webapp.api.invitations import InvitationRow, invitation_rows
from webapp.api.users import UsersQuery, found_users, user_detail
from webapp.pages.forms import form_blueprint
from webapp.pages.paging import SIZE, Page, addressed, here
from webapp.platform import marshal
from webapp.sessions import page_viewer

__all__ = ["blueprint"]

blueprint = form_blueprint("users", __name__)

MOST_OFFERED = 20


class ListQuery(UsersQuery):
    """Which users: what the API takes."""

    per_page: Annotated[int, Field(ge=1, le=100)] = Field(SIZE, alias="numPerPage")


class OfferQuery(Query):
    """The beginning of a username."""

    username: str = Field("", max_length=100)


@blueprint.get("/users")
def index() -> ResponseReturnValue:
    """Show a page of the users; invitations and new ones to those who manage users."""
    viewer, asked = page_viewer(), query(ListQuery)
    found = found_users(viewer, asked)
    manages = viewer.may(MANAGE_USERS)
    return render_template(
        "people/users.html",
        viewer=viewer,
        asked=asked,
        page=Page(found.users, asked.page, found.total_matches, asked.per_page),
        here=here,
        api=addressed(url_for("api_users.index"), request.args.items(multi=True)),
        now=marshal().now(),
        manages=manages,
        roles=ROLES,
        usual_role=FULL_USER,
        grantable=_grantable(viewer),
        groups=_invitable(viewer) if manages else [],
        invitations=_waiting(viewer) if manages else [],
    )


@blueprint.get("/users/offered")
def offered() -> ResponseReturnValue:
    """Return usernames that begin with a text, for fields that ask for one."""
    page_viewer()
    text = query(OfferQuery).username.strip().lower()
    every = [each for each in marshal().users.all() if _fits(each, text)]
    return render_template("people/_offered.html", users=every[:MOST_OFFERED] if text else [])


@blueprint.get("/users/<int:user_id>")
def one(user_id: int) -> ResponseReturnValue:
    """Show a user; what may be changed of them to those who manage users."""
    viewer = page_viewer()
    user = user_detail(viewer, user_id)
    manages = viewer.may(MANAGE_USERS)
    held = {each.id for each in user.streams or ()}
    return render_template(
        "people/user.html",
        viewer=viewer,
        user=user,
        now=marshal().now(),
        manages=manages,
        roles=ROLES,
        new_roles=[each for each in _grantable(viewer) if each not in user.roles],
        new_acls=[each for each in ALL_ACLS if viewer.may(each) and each not in user.acls],
        streams=[each for each in marshal().streams.all() if each.id not in held]
        if viewer.is_admin
        else [],
        tokens=marshal().people.tokens.of(viewer, user_id) if viewer.is_admin else [],
    )


def _fits(user: User, text: str) -> bool:
    names = (user.username, user.first_name, user.last_name)
    return any((each or "").lower().startswith(text) for each in names)


def _grantable(viewer: Viewer) -> list[str]:
    """Return the roles that grant no more than the viewer has, the weakest first."""
    own = [name for name, acls in ROLES.items() if all(viewer.may(each) for each in acls)]
    return sorted(own, key=lambda name: len(ROLES[name]))


def _invitable(viewer: Viewer) -> list[Group]:
    """Return the groups that the viewer may invite people to."""
    return [
        each
        for each in marshal().groups.all()
        if not each.single_user_group
        and (each.id == SITEWIDE or administers_group(viewer, each.id))
    ]


def _waiting(viewer: Viewer) -> list[InvitationRow]:
    """Return the invitations that nobody accepted, the latest first."""
    found = marshal().people.invitations.visible(viewer, include_used=False)
    now = marshal().now()
    return invitation_rows([each for each in found[::-1] if each.expires_at > now])
