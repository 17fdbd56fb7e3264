"""Finds and starts the emulators of Google services."""
