"""Finds and starts the emulators of Google services."""

from emulators.google.launch import (
    EmulatorMissing,
    Running,
    fake_gcs,
    firestore_emulator,
    pubsub_emulator,
    why_no_fake_gcs,
)
from emulators.google.locate import Missing, Service, find

__all__ = [
    "EmulatorMissing",
    "Missing",
    "Running",
    "Service",
    "fake_gcs",
    "find",
    "firestore_emulator",
    "pubsub_emulator",
    "why_no_fake_gcs",
]
