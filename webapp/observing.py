"""The use cases about what was observed, and with what, as one bundle behind the routes."""

from __future__ import annotations

from dataclasses import dataclass

from fritz.marshal.subject import SubjectKind
from fritz.ports import DocumentStore
from fritz.services.allocations import Allocations
from fritz.services.events import Announce
from fritz.services.groups import GroupStore, StreamStore, UserStore
from fritz.services.instruments import Instruments
from fritz.services.objects import ObjStore
from fritz.services.photometry import Photometry
from fritz.services.photometry_store import PhotometryStore
from fritz.services.sharing import Sharing
from fritz.services.spectra import Spectra
from fritz.services.subjects import Owner
from fritz.services.telescopes import Telescopes

__all__ = ["ObservingCases"]


@dataclass(frozen=True, slots=True)
class ObservingCases:
    """What is done with photometry, spectra, telescopes, instruments and allocations."""

    telescopes: Telescopes
    instruments: Instruments
    allocations: Allocations
    photometry: Photometry
    spectra: Spectra
    sharing: Sharing

    def owners(self) -> dict[SubjectKind, Owner]:
        """Return who finds the objects of the rows that one may speak about."""
        return {"spectra": self.spectra.object_of, "photometry": self.photometry.object_of}

    @classmethod
    def on(cls, documents: DocumentStore, announce: Announce) -> ObservingCases:
        """Return the use cases on a platform.

        Parameters
        ----------
        announce : tells functions that act what was uploaded.
        """
        return cls(
            telescopes=Telescopes(documents),
            instruments=Instruments(documents),
            allocations=Allocations(documents),
            photometry=Photometry(
                PhotometryStore(documents),
                Instruments(documents),
                GroupStore(documents),
                StreamStore(documents),
                ObjStore(documents),
                announce,
            ),
            spectra=Spectra(
                documents,
                Instruments(documents),
                GroupStore(documents),
                UserStore(documents),
                ObjStore(documents),
                announce,
            ),
            sharing=Sharing(documents, PhotometryStore(documents), GroupStore(documents)),
        )
