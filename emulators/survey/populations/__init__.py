"""What there is to see: one module per family, each a list of kinds with their light curves."""

from emulators.survey.populations.kinds import (
    ALL_KINDS,
    LASTING,
    PASSING,
    field_objects,
    make_objects,
)
from emulators.survey.populations.moving import ASTEROID, moved
from emulators.survey.populations.objects import Kind, Objects, Sources

__all__ = [
    "ALL_KINDS",
    "ASTEROID",
    "LASTING",
    "PASSING",
    "Kind",
    "Objects",
    "Sources",
    "field_objects",
    "make_objects",
    "moved",
]
