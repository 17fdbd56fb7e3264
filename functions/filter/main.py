"""Runs every active filter on each alert of the topic alerts and writes the candidates."""

import functions_framework
from cloudevents.http import CloudEvent

from fritz.services.envelopes import Envelope
from fritz.wiring import OnFirstUse, filter_batches

batches = OnFirstUse(filter_batches)


@functions_framework.cloud_event
def filter_alerts(event: CloudEvent) -> None:
    """Return when the alert's candidates stand; what is raised makes Pub/Sub try again."""
    batches().submit(Envelope.from_event(event.data))
