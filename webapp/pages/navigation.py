"""The pages that the bar leads to, in order, and those that Ctrl-K alone leads to.

A page that people look for by itself adds a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Flask, request

__all__ = ["FURTHER", "PAGES", "NavPage", "register"]


@dataclass(frozen=True, slots=True)
class NavPage:
    """One entry of the bar."""

    endpoint: str
    label: str
    others: tuple[str, ...] = ()
    """Further blueprints whose pages belong to it."""

    @property
    def is_current(self) -> bool:
        """Whether the page that is shown belongs to it."""
        return request.blueprint in {self.endpoint.partition(".")[0], *self.others}


PAGES: Final = (
    NavPage("home.index", "Home"),
    NavPage("scan.index", "Scan", ("scan_reports",)),
    NavPage("candidates.index", "Candidates"),
    NavPage("sources.index", "Sources", ("source", "source_finder")),
    NavPage("archive.index", "Archive", ("archive_sql", "solar_system")),
    NavPage("filters.index", "Filters"),
    NavPage("labelling.index", "Labelling", ("models",)),
    NavPage(
        "groups.index", "Groups", ("users", "streams", "taxonomies", "access", "tokens", "profile")
    ),
)
FURTHER: Final = (
    NavPage("scan_reports.index", "Scan reports"),
    NavPage("solar_system.index", "Solar system"),
    NavPage("users.index", "Users"),
    NavPage("streams.index", "Streams"),
    NavPage("taxonomies.index", "Taxonomies"),
    NavPage("access.index", "Access: who sees what, and why"),
    NavPage("tokens.index", "My tokens"),
    NavPage("profile.index", "My profile"),
    NavPage("models.index", "Models"),
    NavPage("status.index", "Status"),
    NavPage("api_docs.index", "API docs"),
)
"""Pages that stand behind others of the bar."""


def register(app: Flask) -> None:
    """Give templates the pages of the bar."""
    app.jinja_env.globals["navigation"] = PAGES
