"""The blueprints of what was observed, and with what."""

from webapp.api import (
    allocations,
    instruments,
    photometry,
    sharing,
    source_photometry,
    spectra,
    telescopes,
)

__all__ = ["blueprints"]

blueprints = (
    telescopes.blueprint,
    instruments.blueprint,
    allocations.blueprint,
    photometry.blueprint,
    source_photometry.blueprint,
    spectra.blueprint,
    sharing.blueprint,
)
