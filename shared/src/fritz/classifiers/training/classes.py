"""Which class the simulator's kinds of objects belong to."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fritz.errors import Invalid

__all__ = ["CLASSES", "class_of"]

CLASSES: Final = ("sn", "variable", "agn", "asteroid", "bogus")
"""In the order of the model's outputs. ``sn``: supernovae, and tidal disruptions, which the
features hardly tell apart from them. ``variable``: stars, flares included."""

_KINDS: Final[Mapping[str, str]] = MappingProxyType({
    "sn_ia": "sn", "sn_ii": "sn", "tde": "sn",
    "rr_lyrae": "variable", "eclipsing_binary": "variable", "long_period_variable": "variable",
    "cataclysmic_variable": "variable", "flare": "variable",
    "agn": "agn", "asteroid": "asteroid",
})  # fmt: skip


def class_of(kind: str, *, real: bool) -> str:
    """Return the class of a kind; whatever is not real is bogus.

    Raises
    ------
    Invalid
        A real kind that no class takes.

    Examples
    --------
    >>> class_of("sn_ia", real=True), class_of("cosmic_ray", real=False)
    ('sn', 'bogus')
    """
    if not real:
        return "bogus"
    if kind in CLASSES:  # as people label it
        return kind
    if kind not in _KINDS:
        raise Invalid(f"no class takes objects of kind {kind}")
    return _KINDS[kind]
