"""The use cases about people and access, as one bundle behind the routes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from fritz.marshal.token import SECRET_BYTES
from fritz.ports import Bus, DocumentStore, Message
from fritz.services.access import Access, Clock
from fritz.services.admissions import Admissions
from fritz.services.attached_products import attached_products
from fritz.services.explaining import Explaining
from fritz.services.grouping import Grouping
from fritz.services.invitations import Invitations
from fritz.services.memberships import Memberships
from fritz.services.people import People
from fritz.services.streams import Streams
from fritz.services.token_keeping import TokenKeeping

__all__ = ["PeopleCases"]


@dataclass(frozen=True, slots=True)
class PeopleCases:
    """What is done with users, groups, streams, tokens and invitations."""

    people: People
    grouping: Grouping
    memberships: Memberships
    streams: Streams
    tokens: TokenKeeping
    admissions: Admissions
    invitations: Invitations
    explaining: Explaining

    @classmethod
    def on(cls, documents: DocumentStore, bus: Bus, access: Access, now: Clock) -> PeopleCases:
        """Return the use cases on a platform."""

        def announce(message: Message) -> None:
            bus.publish("events", [message])

        return cls(
            people=People(documents, now),
            grouping=Grouping(documents, now),
            memberships=Memberships(documents),
            streams=Streams(documents),
            tokens=TokenKeeping(
                documents, now, lambda: secrets.token_bytes(SECRET_BYTES), access.forget
            ),
            admissions=Admissions(documents, now),
            invitations=Invitations(
                documents, now, lambda: secrets.token_urlsafe(SECRET_BYTES), announce
            ),
            explaining=Explaining(documents, attached_products(documents)),
        )
