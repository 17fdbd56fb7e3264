"""Catalog definitions and match rules."""
