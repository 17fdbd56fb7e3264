"""The pages that people look at."""

from webapp.pages import (
    api_docs,
    archive,
    archive_sql,
    candidates,
    filter_trials,
    filters,
    home,
    labelling,
    models,
    palette,
    public,
    scan,
    session,
    source,
    source_charts,
    source_finder,
    source_forms,
    source_parts,
    sources,
)

__all__ = ["blueprints"]

blueprints = (
    session.blueprint,
    home.blueprint,
    scan.blueprint,
    candidates.blueprint,
    sources.blueprint,
    source.blueprint,
    source_parts.blueprint,
    source_charts.blueprint,
    source_forms.blueprint,
    source_finder.blueprint,
    filters.blueprint,
    filter_trials.blueprint,
    archive.blueprint,
    archive_sql.blueprint,
    palette.blueprint,
    labelling.blueprint,
    models.blueprint,
    public.blueprint,
    api_docs.blueprint,
)
