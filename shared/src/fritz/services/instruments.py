"""Instruments in the document store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Conflict, Invalid, NotFound
from fritz.marshal.instrument import MANAGE_INSTRUMENTS, Instrument, checked_instrument
from fritz.marshal.visibility import Viewer
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services import telescopes
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "Instruments", "survey_instrument"]

COLLECTION: Final = "instruments"


@dataclass(frozen=True, slots=True)
class Instruments:
    """All instruments, one document each; there are few, and everybody sees them."""

    documents: DocumentStore

    def all(self) -> list[Instrument]:
        """Return every instrument, by id."""
        rows = self.documents.query(Query(COLLECTION))
        return sorted((Instrument.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def named(self, name: str) -> list[Instrument]:
        """Return the instruments of that name, by id."""
        rows = self.documents.query(Query(COLLECTION, (Where("name", "==", name),)))
        return sorted((Instrument.from_fields(row.data) for row in rows), key=lambda each: each.id)

    def get_many(self, instrument_ids: Iterable[int]) -> dict[int, Instrument]:
        """Return those of the instruments that exist, by id."""
        rows = self.documents.get_many(COLLECTION, {str(each) for each in instrument_ids})
        found = [Instrument.from_fields(row.data) for row in rows.values()]
        return {each.id: each for each in found}

    def get(self, instrument_id: int) -> Instrument:
        """Return one instrument; `NotFound` if there is none."""
        found = self.get_many([instrument_id]).get(instrument_id)
        if found is None:
            raise NotFound(f"no instrument {instrument_id}")
        return found

    def create(self, now: datetime, **given: Any) -> Instrument:
        """Write a new instrument of a telescope.

        Raises
        ------
        Invalid
            It can be none, or there is no such telescope.
        """
        number = Numbers.of(self.documents).next(COLLECTION)
        made = checked_instrument(Instrument(number, created_at=now, modified=now, **given))

        def body(transaction: Transaction) -> Instrument:
            _check_telescope(transaction, made.telescope_id)
            transaction.write(Create(COLLECTION, str(number), made.to_fields()))
            return made

        return self.documents.transact(body)

    def change(self, viewer: Viewer, instrument_id: int, now: datetime, **given: Any) -> None:
        """Change what is known of an instrument.

        Raises
        ------
        Unauthorized
            The viewer does not manage instruments.
        NotFound, Invalid
            There is none, or it could be none afterwards.
        """
        viewer.must(MANAGE_INSTRUMENTS)

        def body(transaction: Transaction) -> None:
            row = transaction.get(COLLECTION, str(instrument_id))
            if row is None:
                raise NotFound(f"no instrument {instrument_id}")
            new = replace(Instrument.from_fields(row.data), modified=now, **given)
            _check_telescope(transaction, new.telescope_id)
            transaction.write(Put(COLLECTION, row.id, checked_instrument(new).to_fields()))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, instrument_id: int) -> None:
        """Remove an instrument that nothing was observed with or allocated on.

        Raises
        ------
        Unauthorized
            The viewer does not manage instruments.
        NotFound
            There is none.
        Conflict
            Something of it is there.
        """
        viewer.must(MANAGE_INSTRUMENTS)
        used_by = {
            "allocations": Where("instrument_id", "==", instrument_id),
            "photometry": Where("instrument_ids", "array_contains", instrument_id),
            "spectra": Where("instrument_id", "==", instrument_id),
        }

        def body(transaction: Transaction) -> None:
            if transaction.get(COLLECTION, str(instrument_id)) is None:
                raise NotFound(f"no instrument {instrument_id}")
            for what, where in used_by.items():
                if transaction.query(Query(what, (where,), limit=1)):
                    raise Conflict(f"instrument {instrument_id} has {what}")
            transaction.write(Delete(COLLECTION, str(instrument_id)))

        self.documents.transact(body)


def survey_instrument(documents: DocumentStore, survey: str, now: datetime) -> Instrument:
    """Return the instrument of a survey, written first where it is missing.

    Its document is found by the survey's name in capitals, as people's scripts look for it
    (``GET /api/instrument?name=ZTF``).

    Raises
    ------
    Invalid
        No instrument of that survey is known here.
    """
    instruments = Instruments(documents)
    if found := instruments.named(survey.upper()):
        return found[0]
    if survey not in _SURVEYS:
        raise Invalid(f"no instrument of the survey {survey!r} is known")
    telescope, instrument = _SURVEYS[survey]
    at = next(
        (each for each in telescopes.Telescopes(documents).all() if each.name == telescope["name"]),
        None,
    ) or telescopes.Telescopes(documents).create(now, **telescope)
    number = Numbers.of(documents).next(COLLECTION)
    made = Instrument(number, telescope_id=at.id, created_at=now, modified=now, **instrument)

    def body(transaction: Transaction) -> Instrument:
        by_name = Query(COLLECTION, (Where("name", "==", made.name),), limit=1)
        if others := transaction.query(by_name):  # another worker came first
            return Instrument.from_fields(others[0].data)
        transaction.write(Create(COLLECTION, str(number), made.to_fields()))
        return made

    return documents.transact(body)


_SURVEYS: Final[Mapping[str, tuple[dict[str, Any], dict[str, Any]]]] = {
    "ztf": (
        {
            "name": "Palomar 48-inch Telescope",
            "nickname": "P48",
            "diameter": 1.2192,
            "lat": 33.3581,
            "lon": -116.8663,
            "elevation": 1870.0,
            "robotic": True,
        },
        {
            "name": "ZTF",
            "type": "imager",
            "band": "optical",
            "filters": ("ztfg", "ztfr", "ztfi"),
        },
    )
}
"""What a survey observes with: its telescope and its camera."""


def _check_telescope(transaction: Transaction, telescope_id: int) -> None:
    if transaction.get(telescopes.COLLECTION, str(telescope_id)) is None:
        raise Invalid(f"no telescope {telescope_id}")
