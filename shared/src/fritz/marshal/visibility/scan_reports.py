"""Reports of scans: open to each of their groups, and in each to what its reader may see."""

from __future__ import annotations

from fritz.marshal.scan_report import Save, ScanReport, ScanReportItem
from fritz.marshal.visibility.groups import sees_group
from fritz.marshal.visibility.viewer import Viewer

__all__ = ["seen_saves", "sees_scan_report"]


def sees_scan_report(viewer: Viewer, report: ScanReport) -> bool:
    """Return whether the viewer is in one of the report's groups."""
    return any(sees_group(viewer, each) for each in report.group_ids)


def seen_saves(viewer: Viewer, item: ScanReportItem) -> tuple[Save, ...]:
    """Return the saves to groups of the viewer; an item without any is none for them."""
    return tuple(each for each in item.saves if sees_group(viewer, each.group_id))
