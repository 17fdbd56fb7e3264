"""API tokens of the caller, and of others for administrators."""

from __future__ import annotations

from flask import Blueprint
from pydantic import BaseModel, Field

from webapp.api.arguments import Body, Id, Query, Time
from webapp.api.operation import operation
from webapp.api.people_shapes import TokenRow, token_row
from webapp.platform import marshal
from webapp.sessions import api_viewer

__all__ = ["blueprint"]

blueprint = Blueprint("api_tokens", __name__, url_prefix="/api/internal/tokens")


class TokensQuery(Query):
    """Whose tokens."""

    user_id: Id | None = Field(None, alias="userID")


class TokenBody(Body):
    """A new token."""

    name: str
    acls: list[str]
    user_id: Id | None = None
    expires_at: Time | None = None


class TokenChange(Body):
    """What changes; the rest stays."""

    name: str | None = None
    acls: list[str] | None = None


class TokenMade(BaseModel):
    """The secret, which is shown this once."""

    token_id: str


@blueprint.post("")
@operation(body=TokenBody, answer=TokenMade, secret=True)
def create(given: TokenBody) -> TokenMade:
    """Make a token; its secret is in the answer and nowhere else."""
    secret = marshal().people.tokens.create(
        api_viewer(), given.name, given.acls, given.user_id, given.expires_at
    )
    return TokenMade(token_id=secret)


@blueprint.get("")
@operation(query=TokensQuery, answer=list[TokenRow])
def index(asked: TokensQuery) -> list[TokenRow]:
    """Return the caller's tokens; another user's to a system administrator."""
    return [token_row(each) for each in marshal().people.tokens.of(api_viewer(), asked.user_id)]


@blueprint.get("/<token_id>")
@operation(answer=TokenRow)
def one(token_id: str) -> TokenRow:
    """Return one token, by its id or its secret."""
    return token_row(marshal().people.tokens.get(api_viewer(), token_id))


@blueprint.put("/<token_id>")
@operation(body=TokenChange)
def change(token_id: str, given: TokenChange) -> None:
    """Rename a token or give it other verbs of its owner's."""
    marshal().people.tokens.change(api_viewer(), token_id, given.name, given.acls)


@blueprint.delete("/<token_id>")
@operation()
def end(token_id: str) -> None:
    """End a token; nothing accepts it a minute later."""
    marshal().people.tokens.end(api_viewer(), token_id)
