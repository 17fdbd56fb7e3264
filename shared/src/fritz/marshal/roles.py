"""The four roles, and the verbs that each grants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fritz.marshal.acls import ALL_ACLS, MANAGE_USERS, UPLOAD_DATA

__all__ = ["FULL_USER", "GROUP_ADMIN", "ROLES", "SUPER_ADMIN", "VIEW_ONLY", "granted"]

SUPER_ADMIN: Final = "Super admin"
GROUP_ADMIN: Final = "Group admin"
"""A role; who administers a group stands with its members, whatever their role."""
FULL_USER: Final = "Full user"
"""What a new user is, unless somebody says otherwise."""
VIEW_ONLY: Final = "View only"

_FULL_USER_ACLS: Final = (
    "Annotate",
    "Classify",
    "Comment",
    "Manage observing runs",
    "Run Analyses",
    UPLOAD_DATA,
)

ROLES: Final[dict[str, tuple[str, ...]]] = {
    SUPER_ADMIN: ALL_ACLS,
    GROUP_ADMIN: (
        *_FULL_USER_ACLS,
        "Manage Analysis Services",
        "Manage GCNs",
        "Manage Recurring APIs",
        "Manage shifts",
        "Manage sources",
        "Manage teams",
        MANAGE_USERS,
        "Post taxonomy",
    ),
    FULL_USER: _FULL_USER_ACLS,
    VIEW_ONLY: (),
}
"""The verbs of each role, by its name."""


def granted(roles: Iterable[str]) -> frozenset[str]:
    """Return the verbs of these roles.

    Examples
    --------
    >>> sorted(granted(["Full user"]))[:3]
    ['Annotate', 'Classify', 'Comment']
    """
    return frozenset(acl for role in roles for acl in ROLES[role])
