"""Telescopes, instruments, allocations, requests and observing runs."""
