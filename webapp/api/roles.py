"""Roles and verbs: which there are, and who is given them."""

from __future__ import annotations

from flask import Blueprint
from pydantic import Field

from fritz.marshal.acls import ALL_ACLS, MANAGE_USERS
from fritz.marshal.roles import ROLES
from webapp.api.arguments import Body
from webapp.api.operation import operation
from webapp.api.people_shapes import RoleRow
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_roles", __name__, url_prefix="/api")


class RolesBody(Body):
    """Roles to give."""

    role_ids: list[str] = Field(alias="roleIds")


class AclsBody(Body):
    """Verbs to give."""

    acl_ids: list[str] = Field(alias="aclIds")


@blueprint.get("/roles")
@operation(answer=list[RoleRow])
def roles() -> list[RoleRow]:
    """Return the roles with the verbs that each grants."""
    return [RoleRow(id=name, acls=list(acls)) for name, acls in ROLES.items()]


@blueprint.get("/acls")
@operation(answer=list[str])
def acls() -> list[str]:
    """Return all verbs."""
    return list(ALL_ACLS)


@blueprint.post("/user/<int:user_id>/roles")
@operation(body=RolesBody, acl=MANAGE_USERS)
def give_roles(user_id: int, given: RolesBody) -> None:
    """Give a user roles, none of which grants more than the caller has."""
    marshal().people.people.add_roles(api_viewer(), user_id, given.role_ids)


@blueprint.delete("/user/<int:user_id>/roles/<role_id>")
@operation(acl=MANAGE_USERS)
def take_role(user_id: int, role_id: str) -> None:
    """Take a role from a user."""
    marshal().people.people.remove_role(api_viewer(), user_id, role_id)


@blueprint.post("/user/<int:user_id>/acls")
@operation(body=AclsBody, acl=MANAGE_USERS)
def give_acls(user_id: int, given: AclsBody) -> None:
    """Give a user verbs that the caller has."""
    marshal().people.people.add_acls(api_viewer(), user_id, given.acl_ids)


@blueprint.delete("/user/<int:user_id>/acls/<acl_id>")
@operation(acl=MANAGE_USERS)
def take_acl(user_id: int, acl_id: str) -> None:
    """Take a verb from a user."""
    marshal().people.people.remove_acl(api_viewer(), user_id, acl_id)
