"""Takes each packet of the topic ztf-alerts into the archive and publishes it enriched."""

import functions_framework
from cloudevents.http import CloudEvent

from fritz.services.envelopes import Envelope
from fritz.wiring import OnFirstUse, ingest_batches

batches = OnFirstUse(ingest_batches)


@functions_framework.cloud_event
def ingest(event: CloudEvent) -> None:
    """Return when the packet is accounted for; what is raised makes Pub/Sub try again."""
    batches().submit(Envelope.from_event(event.data))
