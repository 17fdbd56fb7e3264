"""The marshal: pages and API on Flask."""
