"""Spectra of many objects at once, without their pixels, for lists that select by them."""

from __future__ import annotations

from collections.abc import Iterable

from fritz.marshal.spectrum import Spectrum
from fritz.marshal.visibility import Viewer, open_to, sees_spectrum
from fritz.ports import DocumentStore, Query, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.spectra import COLLECTION

__all__ = ["spectra_of"]


def spectra_of(
    documents: DocumentStore, viewer: Viewer, obj_ids: Iterable[str]
) -> dict[str, list[Spectrum]]:
    """Return the spectra of each object that are open to the viewer.

    Whether the objects are, too, is the caller's to ask.
    """
    found: dict[str, list[Spectrum]] = {}
    for some in chunks(sorted(set(obj_ids)), VALUES_PER_IN):
        for row in documents.query(Query(COLLECTION, (Where("obj_id", "in", list(some)),))):
            spectrum = Spectrum.from_fields(row.data)
            if sees_spectrum(viewer, open_to(spectrum.group_ids)):
                found.setdefault(spectrum.obj_id, []).append(spectrum)
    return found
