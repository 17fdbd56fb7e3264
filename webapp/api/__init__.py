"""The API that scripts know from SkyPortal: one blueprint per resource."""

from webapp.api import candidates, groups, profile, sources, sysinfo

__all__ = ["blueprints"]

blueprints = (
    sysinfo.blueprint,
    candidates.blueprint,
    sources.blueprint,
    groups.blueprint,
    profile.blueprint,
)
