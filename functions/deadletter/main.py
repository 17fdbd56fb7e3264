"""Accounts for each message that delivery gave up on: its bytes are kept, and it is counted."""

import functions_framework
from cloudevents.http import CloudEvent

from fritz.services.envelopes import Envelope
from fritz.wiring import OnFirstUse, deadletter_service

service = OnFirstUse(deadletter_service)


@functions_framework.cloud_event
def bury(event: CloudEvent) -> None:
    """Return when the packet stands in the ledger; what is raised makes Pub/Sub try again."""
    service().bury(Envelope.from_event(event.data))


@functions_framework.cloud_event
def bury_alert(event: CloudEvent) -> None:
    """Return when the alert that no filter saw is kept; what is raised makes Pub/Sub try again."""
    service().bury_alert(Envelope.from_event(event.data))
