"""What every script asks first: is there a marshal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from pydantic import BaseModel

from webapp.api.operation import operation

__all__ = ["blueprint"]

blueprint = Blueprint("api_sysinfo", __name__, url_prefix="/api")


class SysInfo(BaseModel):
    """What runs here."""

    gitlog: list[dict[str, Any]]


@blueprint.get("/sysinfo")
@operation(answer=SysInfo, public=True)
def sysinfo() -> SysInfo:
    """Return the system's history; needs no token."""
    return SysInfo(gitlog=[])
