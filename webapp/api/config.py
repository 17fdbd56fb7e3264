"""What scripts and pages may know of this installation before they do anything."""

from __future__ import annotations

from flask import Blueprint, current_app
from pydantic import BaseModel, Field

from fritz.marshal.group import SITEWIDE
from fritz.marshal.invitation import VALID_FOR
from fritz.marshal.roles import ROLES
from webapp.api.operation import operation

__all__ = ["blueprint"]

blueprint = Blueprint("api_config", __name__, url_prefix="/api")


class ConfigRow(BaseModel):
    """The public part of the configuration."""

    invitations_enabled: bool = Field(serialization_alias="invitationsEnabled")
    invitations_days_until_expiry: int = Field(serialization_alias="invitationsDaysUntilExpiry")
    public_group_id: int = Field(serialization_alias="publicGroupId")
    roles: list[str]
    largest_body_bytes: int = Field(serialization_alias="largestBodyBytes")
    requests_per_s: float | None = Field(serialization_alias="requestsPerSecond")
    slack_preamble: str = Field(serialization_alias="slackPreamble")


@blueprint.get("/config")
@operation(answer=ConfigRow)
def config() -> ConfigRow:
    """Return what clients adapt to."""
    rate = current_app.config["RATE"]
    return ConfigRow(
        invitations_enabled=True,
        invitations_days_until_expiry=VALID_FOR.days,
        public_group_id=SITEWIDE,
        roles=list(ROLES),
        largest_body_bytes=current_app.config["MAX_CONTENT_LENGTH"],
        requests_per_s=None if rate is None else rate.per_s,
        slack_preamble="https://hooks.slack.com/",
    )
