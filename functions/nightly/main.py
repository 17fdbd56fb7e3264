"""Runs once a day, after Palomar's night: matches the night's objects again with all catalogs."""

import functions_framework
from cloudevents.http import CloudEvent

from fritz.services.envelopes import Envelope
from fritz.wiring import OnFirstUse, rematch_service

service = OnFirstUse(rematch_service)


@functions_framework.cloud_event
def nightly(event: CloudEvent) -> None:
    """Return when the night is done; what is raised makes Pub/Sub try again."""
    service().run(Envelope.from_event(event.data))
