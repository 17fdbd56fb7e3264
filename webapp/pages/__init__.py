"""The pages that people look at."""

from webapp.pages import (
    api_docs,
    candidates,
    filter_trials,
    filters,
    home,
    public,
    scan,
    session,
    source,
    source_charts,
    source_finder,
    source_forms,
    source_parts,
)

__all__ = ["blueprints"]

blueprints = (
    session.blueprint,
    home.blueprint,
    scan.blueprint,
    candidates.blueprint,
    source.blueprint,
    source_parts.blueprint,
    source_charts.blueprint,
    source_forms.blueprint,
    source_finder.blueprint,
    filters.blueprint,
    filter_trials.blueprint,
    public.blueprint,
    api_docs.blueprint,
)
