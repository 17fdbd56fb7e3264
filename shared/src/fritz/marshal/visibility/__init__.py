"""Who may see what: the one place that decides, for lists, details, counts and stamps alike.

A candidate is seen by the members of its group who also hold its stream; a source by the members
of its group; a taxonomy by the members of one of its groups, and so a classification in it, of an
object that they see; a point of photometry by who shares a group or a stream with it or owns it; a
point of an alert's history by those whose streams grant its program; an object by who sees
something attached to it; all of it by a system administrator. What somebody may not see does not
exist for them.
"""

from fritz.marshal.visibility.alerts import (
    candidate_principals,
    edits_filter,
    programids,
    sees_alert,
    sees_candidate,
    sees_filter,
    sees_packet,
    sees_scan_decision,
    visible_candidates,
)
from fritz.marshal.visibility.classes import (
    edits_classification,
    edits_taxonomy,
    sees_classification,
    sees_taxonomy,
)
from fritz.marshal.visibility.groups import (
    administers_group,
    is_self,
    may_save,
    sees_allocation,
    sees_group,
    sees_stream,
)
from fritz.marshal.visibility.objects import (
    edits_own,
    edits_photometry,
    sees_annotation,
    sees_comment,
    sees_object,
    sees_photometry,
    sees_source,
    sees_spectrum,
    sees_thumbnail,
    shares_photometry,
    visible_sources,
)
from fritz.marshal.visibility.people import known_streams, knows_person
from fritz.marshal.visibility.principals import (
    EVERYBODY,
    all_of,
    groups_of,
    holds,
    of_group,
    of_stream,
    of_user,
    open_to,
    streams_of,
)
from fritz.marshal.visibility.public import (
    is_public_exposure,
    is_published,
    public_principals,
    published_principals,
)
from fritz.marshal.visibility.queries import edits_query, sees_query
from fritz.marshal.visibility.reasons import Reasons, reasons
from fritz.marshal.visibility.scan_reports import seen_saves, sees_scan_report
from fritz.marshal.visibility.tags import sees_tag
from fritz.marshal.visibility.viewer import (
    Viewer,
)

__all__ = [
    "EVERYBODY",
    "Reasons",
    "Viewer",
    "administers_group",
    "all_of",
    "candidate_principals",
    "edits_classification",
    "edits_filter",
    "edits_own",
    "edits_photometry",
    "edits_query",
    "edits_taxonomy",
    "groups_of",
    "holds",
    "is_public_exposure",
    "is_published",
    "is_self",
    "known_streams",
    "knows_person",
    "may_save",
    "of_group",
    "of_stream",
    "of_user",
    "open_to",
    "programids",
    "public_principals",
    "published_principals",
    "reasons",
    "seen_saves",
    "sees_alert",
    "sees_allocation",
    "sees_annotation",
    "sees_candidate",
    "sees_classification",
    "sees_comment",
    "sees_filter",
    "sees_group",
    "sees_object",
    "sees_packet",
    "sees_photometry",
    "sees_query",
    "sees_scan_decision",
    "sees_scan_report",
    "sees_source",
    "sees_spectrum",
    "sees_stream",
    "sees_tag",
    "sees_taxonomy",
    "sees_thumbnail",
    "shares_photometry",
    "streams_of",
    "visible_candidates",
    "visible_sources",
]
