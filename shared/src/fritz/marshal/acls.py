"""The verbs that a person or token may be granted, spelled as SkyPortal spells them."""

from typing import Final

__all__ = [
    "ALL_ACLS",
    "MANAGE_PHOTOMETRY",
    "MANAGE_SOURCES",
    "MANAGE_USERS",
    "SYSTEM_ADMIN",
    "UPLOAD_DATA",
]

SYSTEM_ADMIN: Final = "System admin"
"""Passes every verb check and every row check."""

UPLOAD_DATA: Final = "Upload data"
"""May save sources and post candidates, photometry and spectra."""

MANAGE_USERS: Final = "Manage users"
"""May invite people, and change what they may do."""

MANAGE_SOURCES: Final = "Manage sources"
"""May take objects off the lists of their groups."""

MANAGE_PHOTOMETRY: Final = "Manage photometry"
"""May change the photometry of others that they see."""

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
    MANAGE_PHOTOMETRY,
    "Manage sharing services",
    "Manage shifts",
    MANAGE_SOURCES,
    "Manage teams",
    "Manage telescopes",
    MANAGE_USERS,
    "Post from SEDMListener",
    "Post taxonomy",
    "Run Analyses",
    SYSTEM_ADMIN,
    UPLOAD_DATA,
)
