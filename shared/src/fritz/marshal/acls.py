"""The verbs that a person or token may be granted, spelled as SkyPortal spells them."""

from typing import Final

__all__ = ["ALL_ACLS", "FULL_USER", "SYSTEM_ADMIN", "UPLOAD_DATA"]

SYSTEM_ADMIN: Final = "System admin"
"""Passes every verb check and every row check."""

UPLOAD_DATA: Final = "Upload data"
"""May save sources and post candidates, photometry and spectra."""

ALL_ACLS: Final = (
    "Annotate",
    "Become user",
    "Classify",
    "Comment",
    "Delete bulk photometry",
    "Delete taxonomy",
    "Manage Analysis Services",
    "Manage GCNs",
    "Manage Recurring APIs",
    "Manage allocations",
    "Manage groups",
    "Manage instruments",
    "Manage observation plans",
    "Manage observing runs",
    "Manage photometry",
    "Manage sharing services",
    "Manage shifts",
    "Manage sources",
    "Manage teams",
    "Manage telescopes",
    "Manage users",
    "Post from SEDMListener",
    "Post taxonomy",
    "Run Analyses",
    SYSTEM_ADMIN,
    UPLOAD_DATA,
)

FULL_USER: Final = ("Annotate", "Classify", "Comment", "Run Analyses", UPLOAD_DATA)
"""What the default role grants."""
