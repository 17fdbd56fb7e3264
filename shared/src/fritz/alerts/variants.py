"""What was known of each measurement, and since when.

Alerts bring measurements of times before their own, and a later alert may bring a better entry of
one than earlier alerts did. Nothing that a later alert brought may be shown of an earlier time, so
of each measurement we keep the entries that were the best known at some time: each is of a higher
grade than those before it. There are few, as there are few grades. Which ones they are depends on
the set of entries alone, not on the order or number of their arrivals.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from fritz.alerts.history_codec import Entry, Key

__all__ = ["Variants", "as_of", "in_order", "with_entries"]

Variants: TypeAlias = Mapping[Key, tuple[Entry, ...]]
"""Measurement -> its entries, earliest known first."""


def with_entries(known: Variants, entries: Iterable[Entry]) -> Variants:
    """Return what is known, and the entries too."""
    variants = dict(known)
    for each in entries:
        standing = variants.get(each.key)
        variants[each.key] = (each,) if standing is None else _with(standing, each)
    return variants


def in_order(known: Variants) -> Iterator[Entry]:
    """Yield every entry, in an order that is the same for equal variants."""
    for key in sorted(known):
        yield from known[key]


def as_of(known: Variants, jd: float, since: float) -> Iterator[Entry]:
    """Yield the entry of each measurement that was the best known at a time, ordered by time.

    Parameters
    ----------
    jd
        The time: measurements after it are left out, and so is what later alerts brought.
    since
        Measurements of this time or before are left out.
    """
    for key in sorted(key for key in known if since < key[0] <= jd):
        for each in reversed(known[key]):
            if each.rank[1] <= jd:
                yield each
                break


def _with(standing: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    """Return the entries of one measurement that are the best known at some time."""
    mine = _turn(new)
    kept = []
    for each in standing:
        theirs = _turn(each)
        if theirs == mine:
            if each == new or _text(each) >= _text(new):
                return standing
        elif theirs < mine and each.rank[0] >= new.rank[0]:
            return standing
        elif not (mine < theirs and new.rank[0] >= each.rank[0]):
            kept.append(each)
    return tuple(sorted([*kept, new], key=_turn))


def _turn(entry: Entry) -> tuple[float, float, float, int]:
    """Return what orders entries: since when it is known, then grade, then which alert brought it.

    A measurement that is later than the alert that brought it is shown from its own time on.
    """
    grade, brought_jd, brought_by = entry.rank
    return (max(brought_jd, entry.key[0]), -grade, brought_jd, brought_by)


def _text(entry: Entry) -> str:
    # Two packets of one candid, or two entries of one packet: the same one must always stay.
    return repr((entry.shape, entry.values))
