"""Allocations in the document store, as far as the viewer may see and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from fritz.errors import Invalid, NotFound
from fritz.marshal.allocation import MANAGE_ALLOCATIONS, Allocation, checked_allocation
from fritz.marshal.visibility import Viewer, sees_allocation
from fritz.ports import Create, Delete, DocumentStore, Put, Query, Transaction, Where
from fritz.services.candidates import VALUES_PER_IN, chunks
from fritz.services.numbering import Numbers

__all__ = ["COLLECTION", "CREDENTIALS", "Allocations"]

COLLECTION: Final = "allocations"
CREDENTIALS: Final = "allocation_credentials"
"""What a facility must be told to believe a request. Read by the services that submit to it."""


@dataclass(frozen=True, slots=True)
class Allocations:
    """All allocations, one document each."""

    documents: DocumentStore

    def visible(self, viewer: Viewer, instrument_id: int | None = None) -> list[Allocation]:
        """Return the allocations of the viewer's groups, by id.

        Parameters
        ----------
        instrument_id : only those on this instrument.
        """
        if viewer.is_admin:
            rows = self.documents.query(Query(COLLECTION))
        else:
            rows = []
            for some in chunks(sorted(viewer.group_ids), VALUES_PER_IN):
                where = Where("group_id", "in", list(some))
                rows += self.documents.query(Query(COLLECTION, (where,)))
        found = [Allocation.from_fields(row.data) for row in rows]
        wanted = [
            each
            for each in found
            if sees_allocation(viewer, each.group_id)
            and (instrument_id is None or each.instrument_id == instrument_id)
        ]
        return sorted(wanted, key=lambda each: each.id)

    def get(self, viewer: Viewer, allocation_id: int) -> Allocation:
        """Return one allocation; `NotFound` if there is none that the viewer sees."""
        row = self.documents.get(COLLECTION, str(allocation_id))
        found = Allocation.from_fields(row.data) if row else None
        if found is None or not sees_allocation(viewer, found.group_id):
            raise NotFound(f"no allocation {allocation_id}")
        return found

    def create(
        self, viewer: Viewer, now: datetime, credentials: Mapping[str, Any] | None, **given: Any
    ) -> Allocation:
        """Write a new allocation of one of the viewer's groups.

        Raises
        ------
        Unauthorized
            The viewer does not manage allocations.
        Invalid
            It can be none, or its group is not the viewer's, or there is no such instrument.
        """
        viewer.must(MANAGE_ALLOCATIONS)
        number = Numbers.of(self.documents).next(COLLECTION)
        made = checked_allocation(Allocation(number, created_at=now, modified=now, **given))

        def body(transaction: Transaction) -> Allocation:
            _check_parts(transaction, viewer, made)
            transaction.write(Create(COLLECTION, str(number), made.to_fields()))
            if credentials:
                transaction.write(Put(CREDENTIALS, str(number), {"secret": dict(credentials)}))
            return made

        return self.documents.transact(body)

    def change(
        self,
        viewer: Viewer,
        allocation_id: int,
        now: datetime,
        credentials: Mapping[str, Any] | None,
        **given: Any,
    ) -> None:
        """Change what is known of an allocation.

        Parameters
        ----------
        credentials : instead of those that are kept; None leaves them.

        Raises
        ------
        Unauthorized
            The viewer does not manage allocations.
        NotFound, Invalid
            There is none that the viewer sees, or it could be none afterwards.
        """
        viewer.must(MANAGE_ALLOCATIONS)

        def body(transaction: Transaction) -> None:
            old = _seen(transaction, viewer, allocation_id)
            new = checked_allocation(replace(old, modified=now, **given))
            _check_parts(transaction, viewer, new)
            transaction.write(Put(COLLECTION, str(allocation_id), new.to_fields()))
            if credentials:
                secret = {"secret": dict(credentials)}
                transaction.write(Put(CREDENTIALS, str(allocation_id), secret))

        self.documents.transact(body)

    def delete(self, viewer: Viewer, allocation_id: int) -> None:
        """Remove an allocation with its credentials.

        Raises
        ------
        Unauthorized
            The viewer does not manage allocations.
        NotFound
            There is none that the viewer sees.
        """
        viewer.must(MANAGE_ALLOCATIONS)

        def body(transaction: Transaction) -> None:
            _seen(transaction, viewer, allocation_id)
            transaction.write(
                Delete(COLLECTION, str(allocation_id)), Delete(CREDENTIALS, str(allocation_id))
            )

        self.documents.transact(body)


def _seen(transaction: Transaction, viewer: Viewer, allocation_id: int) -> Allocation:
    row = transaction.get(COLLECTION, str(allocation_id))
    found = Allocation.from_fields(row.data) if row else None
    if found is None or not sees_allocation(viewer, found.group_id):
        raise NotFound(f"no allocation {allocation_id}")
    return found


def _check_parts(transaction: Transaction, viewer: Viewer, allocation: Allocation) -> None:
    if not sees_allocation(viewer, allocation.group_id):
        raise Invalid(f"not a member of group {allocation.group_id}")
    if transaction.get("groups", str(allocation.group_id)) is None:
        raise Invalid(f"no group {allocation.group_id}")
    if transaction.get("instruments", str(allocation.instrument_id)) is None:
        raise Invalid(f"no instrument {allocation.instrument_id}")
    shared = {str(each) for each in allocation.default_share_group_ids}
    if len(transaction.get_many("groups", shared)) < len(shared):
        raise Invalid("default_share_group_ids: one of these groups does not exist")
