"""The table of who may what, continued: tags on objects and reports of scans."""

from tests.support.access_matrix import NONE, OBJECTS, SITEWIDE, UPLOAD, A, B, Row, seen_object

__all__ = ["REPORTED", "REPORTS", "SCAN_ROWS", "TAGS"]

REPORTS = {1: (A,), 2: (B,), 3: (A, B)}
"""Groups of each report of a scan."""
REPORTED = {1: (3, "ZTFab", B), 2: (3, "SAVa", A), 3: (2, "SAVb", B)}
"""Report, object, and the group that it was saved to."""
TAGS = {1: ("SAVa", (A,)), 2: ("ZTFab", (B,)), 3: ("SAVs", (A, B)), 4: ("SAVb", (SITEWIDE,))}
"""Object and groups."""


def seen_report(rules, r):
    return 200 if any(rules.group(g) for g in REPORTS.get(r["n"], ())) else 404


def remarking(rules, r):
    """Return what comes of a remark: one sees the report, the object and the save."""
    if seen_report(rules, {"n": r["r"]}) == 404 or r["n"] == NONE:
        return 404
    report, name, group = REPORTED[r["n"]]
    seen = report == r["r"] and rules.object(name) and rules.group(group)
    return 200 if seen else 404


def taking_tag(rules, r):
    if r["n"] == NONE:
        return 404
    name, groups = TAGS[r["n"]]
    return 200 if rules.object(name) and any(rules.group(g) for g in groups) else 404


SCAN_ROWS = (
    Row("POST", "/api/objtag", seen_object, OBJECTS, UPLOAD,
        lambda r: {"obj_id": r["o"], "objtagoption_id": 1}),
    Row("DELETE", "/api/objtag/{n}", taking_tag, [{"n": n} for n in (*TAGS, NONE)], UPLOAD),
    Row("GET", "/api/candidates/scan_reports/{n}/items", seen_report,
        [{"n": n} for n in (*REPORTS, NONE)]),
    Row("PATCH", "/api/candidates/scan_reports/{r}/items/{n}", remarking,
        [{"r": r, "n": n} for r in (2, 3, NONE) for n in (*REPORTED, NONE)],
        "Comment", {"comment": "x"}),
)  # fmt: skip
