"""The API that scripts know from SkyPortal: one blueprint per resource."""

from webapp.api import (
    broker_filters,
    brokers,
    candidates,
    classifications,
    described,
    filter_versions,
    filters,
    groups,
    labelling,
    profile,
    sources,
    sysinfo,
    taxonomies,
)

__all__ = ["blueprints"]

blueprints = (
    sysinfo.blueprint,
    described.blueprint,
    candidates.blueprint,
    sources.blueprint,
    filters.blueprint,
    filter_versions.blueprint,
    brokers.blueprint,
    broker_filters.blueprint,
    groups.blueprint,
    profile.blueprint,
    taxonomies.blueprint,
    classifications.blueprint,
    labelling.blueprint,
)
