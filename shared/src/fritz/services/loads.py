"""Names of the small documents that say what is loaded."""

from typing import Final

__all__ = ["LOADS", "RELEASES"]

LOADS: Final = "loads"
"""Collection of one document a file."""
RELEASES: Final = "releases"
"""Which releases of which tables are loaded, in part at least: one document each."""
