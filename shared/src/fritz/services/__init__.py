"""Use cases, written on the ports."""
