"""What may be shown to the world: of what its publisher sees, what they say, else what is public.

A published row is open to one of the groups or streams that its publisher named. Where they named
none it is open to the sitewide group, or to the holders of a stream that carries public exposures
alone; so partnership data leave the marshal only where somebody who holds them says so by name.
"""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.group import SITEWIDE
from fritz.marshal.stream import Stream
from fritz.marshal.visibility.alerts import PUBLIC_PROGRAMIDS
from fritz.marshal.visibility.principals import EVERYBODY, holds, open_to

__all__ = ["is_public_exposure", "is_published", "public_principals", "published_principals"]


def public_principals(streams: Iterable[Stream]) -> frozenset[str]:
    """Return whom rows are open to that everybody may see.

    Parameters
    ----------
    streams : all of them.
    """
    public = (each.id for each in streams if PUBLIC_PROGRAMIDS.issuperset(each.programids))
    return frozenset((EVERYBODY, *open_to([SITEWIDE], public)))


def published_principals(group_ids: Iterable[int], stream_ids: Iterable[int]) -> frozenset[str]:
    """Return whom rows are open to that a publisher names by groups and streams."""
    return frozenset(open_to(group_ids, stream_ids))


def is_published(principals: Iterable[str], chosen: frozenset[str]) -> bool:
    """Return whether a row with these principals is among those that were chosen."""
    return any(holds(chosen, each) for each in principals)


def is_public_exposure(programid: int) -> bool:
    """Return whether an alert's stamps may be shown to the world."""
    return programid in PUBLIC_PROGRAMIDS
