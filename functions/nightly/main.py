"""Runs once a day, after Palomar's night: balances its books and matches its objects again."""

import functions_framework
from cloudevents.http import CloudEvent

from fritz.services.envelopes import Envelope
from fritz.wiring import OnFirstUse, night_service

service = OnFirstUse(night_service)


@functions_framework.cloud_event
def nightly(event: CloudEvent) -> None:
    """Return when the night is done; what is raised makes Pub/Sub try again."""
    service().run(Envelope.from_event(event.data))
