"""Implementations of the ports, one vendor per module."""
